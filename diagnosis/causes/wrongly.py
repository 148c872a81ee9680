"""Ways to compute a layer otherwise, each with the bound that holds for it.

Where a wrong convention is the right layer with other operands or attributes, the layer's own
bound is that of the wrong result. Where it is another formula, ROUNDINGS of the formula's own
magnitude are allowed: a few times what the handful of operations and functions in it may cost.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.evaluate import enclose, shapes_of
from clgold.reference.layer import Array

from .cause import Link, Recompute

ROUNDINGS = 64

Rearrange = Callable[[Array], Array]


def moved(one: Enclosure, rearrange: Rearrange) -> Enclosure:
    """The values and their bounds in other places."""
    bound = None if one.bound is None else rearrange(one.bound)
    return Enclosure(rearrange(one.value), bound)


def unknown(one: Enclosure) -> Enclosure:
    """The same, where NaN stands for what is read beyond an array's end: nobody knows it."""
    beyond = np.isnan(one.value)
    return replace(one, bound=np.where(beyond, np.inf, one.radius)) if beyond.any() else one


def again(link: Link, *operands: Enclosure | None, **attributes: Any) -> Enclosure:
    """The layer on these operands, or its own if there are none, with other attributes.

    Where few filters suffice, of those alone: causes rearrange all weights before.
    """
    return computed(link, sufficient(link, operands or link.operands), **attributes)


def computed(link: Link, operands: tuple[Enclosure | None, ...], **attributes: Any) -> Enclosure:
    """The layer on these operands and with these other attributes; roughly, its value alone."""
    given, layer = link.attributes | attributes, link.layer
    if not link.rough:
        return enclose(layer, operands, given, link.profile)
    operands = layer.complete(operands)
    values = [None if o is None else o.value for o in operands]
    if attributes or shapes_of(values) != link.shapes:
        given, _ = layer.resolve(shapes_of(values), given)
    value, choices = np.asarray(layer.formula(*values, **given)), None
    if layer.choices is not None:
        choices = layer.choices(link.profile, value, *operands, **given)
    return Enclosure(value, None, choices)


def sufficient(link: Link, operands: tuple[Enclosure | None, ...]) -> tuple[Enclosure | None, ...]:
    """The operands with the weights and biases of the filters that suffice."""
    if link.chosen is None:
        return operands
    return tuple(
        Enclosure(o.value[link.chosen]) if o is not None and one.role != "activation" else o
        for one, o in zip(link.layer.operands, link.layer.complete(operands), strict=True)
    )


def sizes(link: Link) -> dict[str, int]:
    """How long each axis is that the operands declare."""
    found: dict[str, int] = {}
    for one, shape in zip(link.layer.operands, link.shapes, strict=False):
        found |= one.lengths(shape)
    return found


def with_operand(place: int, change: Callable[..., Array | None]) -> Recompute:
    """The layer with change(values, **attributes) for the operand at that place, if present."""

    def recompute(link: Link) -> Enclosure | None:
        operands = list(link.operands)
        one = operands[place]
        if one is None:
            return None
        values = change(one.value, **link.attributes)
        if values is None:
            return None
        bound = None if one.bound is None else change(one.bound, **link.attributes)
        operands[place] = Enclosure(values, None if bound is None else np.abs(bound))
        found = again(link, *operands)
        beyond = np.isnan(values).any() and not np.isnan(one.value).any()
        return unknown(found) if beyond else found

    return recompute


def with_attributes(change: Callable[..., dict[str, Any] | None]) -> Recompute:
    """The layer with the attributes that change(**attributes) gives in place of its own."""

    def recompute(link: Link) -> Enclosure | None:
        given = change(**link.attributes)
        return None if given is None else again(link, **given)

    return recompute


def result(rearrange: Rearrange) -> Recompute:
    """The right result in other places, or with others left out."""
    return lambda link: moved(link.right, rearrange)


def then(change: Rearrange) -> Recompute:
    """A function of the right result that is nowhere steeper than 1."""
    return lambda link: Enclosure(change(link.right.value), link.right.radius)
