"""A few filters in place of all, where honest float32 sums of all would take too long."""

import numpy as np

from clgold.reference import Enclosure, Layer, Question

from . import honest

Array = np.ndarray
Part = tuple[Question, Array, Enclosure]

ENOUGH = 2**24  # products that honest sums form in a fraction of a second


def some_filters(question: Question, got: Array, expected: Enclosure) -> Part:
    """Question, output and expectation for filters, as many as ENOUGH allows, evenly spread.

    All of them where there are few products, or where the chain does not keep channels apart.
    """
    products, groups = honest.products(question), groups_apart(question)
    if products <= ENOUGH or groups is None:
        return question, got, expected
    return only(question, got, expected, spread(got.shape[1], groups, ENOUGH / products))


def worst_filters(question: Question, got: Array, expected: Enclosure, shares: Array) -> Part:
    """The same for the filter with the largest of `shares`, of the output's shape, in every group.

    All of them where the chain does not keep channels apart.
    """
    groups = groups_apart(question)
    if groups is None:
        return question, got, expected
    each = got.shape[1] // groups
    worst = np.unravel_index(int(np.argmax(shares)), shares.shape)[1] % each
    return only(question, got, expected, np.arange(groups) * each + worst)


def groups_apart(question: Question) -> int | None:
    """In how many groups the filters stand, where each channel is computed from its own alone."""
    layers = question.chain.layers
    places = [k for k, layer in enumerate(layers) if layer.honest is not None]
    if len(places) != 1:
        return None
    summing, *after = layers[places[0] :]
    if not has_filters(summing) or not all(map(keeps_channels_apart, after)):
        return None
    return int(question.attributes[summing.name].get("groups", 1))


def has_filters(layer: Layer) -> bool:
    """Whether each of its output's channels has weights of its own, as no gradient has."""
    channels = layer.output.split()[1:2]
    return any(
        one.role == "weight" and list(one.layouts[0][:1]) == channels for one in layer.operands
    )


def keeps_channels_apart(layer: Layer) -> bool:
    """Whether every channel is computed from the same channel alone, and from nothing else."""
    return bool(layer.per) and len(layer.operands) == 1


def only(question: Question, got: Array, expected: Enclosure, chosen: Array) -> Part:
    """Question, output and expectation for the chosen filters."""
    filters = [one.role == "weight" for one in question.declared]
    fewer = tuple(
        operand[chosen] if operand is not None and one else operand
        for operand, one in zip(question.operands, filters, strict=True)
    )
    bound = None if expected.bound is None else expected.bound[:, chosen]
    choices = None if expected.choices is None else expected.choices[:, :, chosen]
    part = Enclosure(expected.value[:, chosen], bound, choices)
    return question.with_operands(fewer), got[:, chosen], part


def spread(count: int, groups: int, share: float) -> Array:
    """Indices of filters, as many in every group, at least one of each."""
    each = count // groups
    few = max(1, int(each * share))
    within = np.arange(few) * each // few
    return (np.arange(groups)[:, np.newaxis] * each + within).ravel()
