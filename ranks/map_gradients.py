"""Rules for the backward half of a network that is divided by maps, and for its updates.

A gradient lies where its array does: a rank has those of its maps, or neurons, and their weights.
Of maps that several ranks' layers read each rank gives a part of the gradient: parts are added up.
Weights and their gradients never travel.
"""

from collections.abc import Mapping
from math import prod
from typing import Any

from .maps import Filters, filters_of, maps_of, own_maps, rows_of
from .rect import Rect, split, whole
from .sites import elementwise
from .work import Array, Part, Placement, Rule, Work, simple


def loss(work: Work) -> Placement:
    """One number, a mean over all images: each rank takes it of all scores."""
    reads = tuple(whole(work.operand(number).shape) for number in (0, 1))
    return Placement((), tuple(simple(reads, whole(())) for _ in work.ranks))


def loss_gradient(work: Work) -> Placement:
    """Of all scores, for it divides by the number of images; a rank hands on its neurons'."""
    constant, scores, labels = (work.operand(number) for number in range(3))
    reads = tuple(whole(one.shape) for one in (constant, scores, labels))
    every = whole(scores.shape)
    parts = (Part(reads, every, own_maps(work, scores, rank)) for rank in work.ranks)
    return Placement(scores.shape, tuple(parts))


def linear_input(work: Work) -> Placement:
    """Of all that the neurons read: each rank's are a part of the sum over neurons."""
    grad, weight = work.operand(0), work.operand(1)
    shape = (grad.shape[0], weight.shape[1])
    parts = tuple(
        simple(
            (own_maps(work, grad, rank), rows_of(weight, *own_rows(work, weight, rank))),
            whole(shape),
        )
        for rank in work.ranks
    )
    return Placement(shape, parts, partial=True)


def own_rows(work: Work, array: Array, rank: int) -> tuple[int, int]:
    """A rank's filters, or neurons, of an array that has them first."""
    return split(array.shape[0], len(work.ranks), rank)


def linear_weight(work: Work) -> Placement:
    """Of a rank's neurons, which read everything."""
    grad, image = work.operand(0), work.operand(1)
    shape = (grad.shape[1], prod(image.shape[1:]))
    parts = []
    for rank in work.ranks:
        held = own_maps(work, grad, rank)
        result = whole(shape).with_axis(0, held.origin[1], held.size[1])
        parts.append(simple((held, whole(image.shape)), result))
    return Placement(shape, tuple(parts))


def bias(work: Work) -> Placement:
    """Of a rank's maps, or neurons."""
    grad = work.operand(0)
    shape = (grad.shape[1],)
    held = [own_maps(work, grad, rank) for rank in work.ranks]
    parts = tuple(simple((one,), Rect(one.origin[1:2], one.size[1:2])) for one in held)
    return Placement(shape, parts)


def conv2d_input(work: Work) -> Placement:
    """Of the channels that a rank's filters read: where several ranks' do, a part of the sum."""
    grad, weight = work.operand(0), work.operand(1)
    shape = tuple(work.attributes["input_size"])

    def part(rank: int) -> Part:
        own = filters_of(work, weight.shape, rank)
        result = maps_of_shape(shape, own)
        reads = maps_of(grad, own.start, own.count), rows_of(weight, own.start, own.count)
        return simple(reads, result, input_size=result.size, groups=own.groups)

    return Placement(shape, tuple(part(rank) for rank in work.ranks), partial=True)


def conv2d_weight(work: Work) -> Placement:
    """Of a rank's filters."""
    grad, image = work.operand(0), work.operand(1)
    shape = tuple(work.attributes["weight_size"])

    def part(rank: int) -> Part:
        own = filters_of(work, shape, rank)
        result = whole(shape).with_axis(0, own.start, own.count)
        reads = maps_of(grad, own.start, own.count), maps_of_shape(image.shape, own)
        return simple(reads, result, weight_size=result.size, groups=own.groups)

    return Placement(shape, tuple(part(rank) for rank in work.ranks))


def maps_of_shape(shape: tuple[int, ...], own: Filters) -> Rect:
    """The channels that filters read, of an array of this shape."""
    return whole(shape).with_axis(1, *own.channels)


def local_response_norm(work: Work) -> Placement:
    """Summed over the windows that hold a map, each with its own sum of squares."""
    image, beyond = work.operand(1), int(work.attributes["size"]) - 1

    def part(rank: int) -> Part:
        held = own_maps(work, image, rank)
        start, end = max(0, held.origin[1] - beyond), min(image.shape[1], held.end[1] + beyond)
        read = held.with_axis(1, start, end - start) if held.count else held
        return Part((read, read), read, held)

    return Placement(image.shape, tuple(part(rank) for rank in work.ranks))


def of_maps(work: Work) -> Placement:
    """Each map by itself: of every operand a rank's own, and of the result, whose size is said."""
    shape = tuple(work.attributes.get("input_size", work.operand(len(work.operands) - 1).shape))

    def part(rank: int) -> Part:
        reads = tuple(None if one is None else own_maps(work, one, rank) for one in work.operands)
        result = whole(shape).with_axis(1, *split(shape[1], len(work.ranks), rank))
        changed: Mapping[str, Any] = (
            {"input_size": result.size} if "input_size" in work.attributes else {}
        )
        return simple(reads, result, **changed)

    return Placement(shape, tuple(part(rank) for rank in work.ranks))


def as_maps(work: Work) -> Placement:
    """Rows of all maps' numbers as maps again: a rank reads those of its own."""
    rows, shape = work.operand(0), tuple(work.attributes["shape"])
    each = prod(shape[2:])

    def part(rank: int) -> Part:
        start, count = split(shape[1], len(work.ranks), rank)
        result = whole(shape).with_axis(1, start, count)
        read = whole(rows.shape).with_axis(1, start * each, count * each)
        return simple((read,), result, shape=result.size)

    return Placement(shape, tuple(part(rank) for rank in work.ranks))


def set_zero(work: Work) -> Placement:
    """Of what a rank's filters' gradients are added to."""
    held = work.operand(0)
    parts = [rows_of(held, *own_rows(work, held, rank)) for rank in work.ranks]
    return Placement(held.shape, tuple(simple((one,), one) for one in parts))


def accumulate(work: Work) -> Placement:
    """Of weights as they were set to zero; of activations a rank's own maps."""
    first = work.operand(0)
    if first.partial or work.operand(1).partial:
        return of_maps(work)
    return elementwise(work)


MAP_BACKWARD: dict[str, Rule] = {
    "cross_entropy": loss,
    "cross_entropy_grad": loss_gradient,
    "linear_input_grad": linear_input,
    "linear_weight_grad": linear_weight,
    **dict.fromkeys(("linear_bias_grad", "conv2d_bias_grad"), bias),
    "conv2d_input_grad": conv2d_input,
    "conv2d_weight_grad": conv2d_weight,
    "local_response_norm_grad": local_response_norm,
    **dict.fromkeys((f"{name}_grad" for name in ("relu", "elu", "tanh", "sigmoid")), of_maps),
    **dict.fromkeys(("max_pool2d_grad", "avg_pool2d_grad", "dropout", "dropout_grad"), of_maps),
    "reshape": as_maps,
    "set_zero": set_zero,
    "accumulate": accumulate,
    **dict.fromkeys(("sgd", "sgd_velocity"), elementwise),
}
