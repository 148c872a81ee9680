"""scale_shift, concat and add under other conventions."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .wrongly import again, formula, with_operand


def shift(change: Callable[[Array], Array]) -> Recompute:
    return with_operand(2, lambda b: change(b))


def by_channel(pick: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """One shift for all units of a channel."""
    return lambda b: np.broadcast_to(
        pick(b.reshape(1, b.shape[1], -1)).reshape(1, -1, *(1,) * (b.ndim - 2)), b.shape
    ).copy()


def one_by_channel(b: Array) -> Array:
    """Channel c takes the c-th value in memory."""
    return by_channel(lambda flat: flat.ravel()[: flat.shape[1]])(b)


def turned(b: Array) -> Array:
    """Rows and columns exchanged in memory."""
    if b.ndim < 3:
        return b
    shape = (*b.shape[:-2], b.shape[-1], b.shape[-2])
    return b.reshape(shape).swapaxes(-1, -2)


UNIT = "take the shift of the element's own unit"
AFFINE = "scale * x + shift"
SCALE_SHIFT: tuple[Cause, ...] = table(
    "scale_shift",
    ("shift first", "scale * (x + shift)", AFFINE, formula(lambda x, a, b: a * (x + b))),
    ("scale left out", "x + shift", AFFINE, with_operand(1, lambda a: np.ones_like(a))),
    ("shift left out", "scale * x", AFFINE, shift(np.zeros_like)),
    ("shift subtracted", "scale * x - shift", AFFINE, shift(np.negative)),
    ("divided", "x / scale + shift", AFFINE, with_operand(1, lambda a: 1 / a)),
    (
        "first unit's shift",
        "the first unit's shift everywhere",
        UNIT,
        shift(lambda b: np.full_like(b, b.flat[0])),
    ),
    (
        "shift by channel",
        "one shift for each channel, its first unit's",
        UNIT,
        shift(by_channel(lambda b: b[:, :, 0])),
    ),
    ("shift by channel, in memory", "shift[c] for channel c", UNIT, shift(one_by_channel)),
    (
        "shift rows and columns exchanged",
        "shifts with rows and columns exchanged",
        UNIT,
        shift(turned),
    ),
    (
        "next unit's shift",
        "the next unit's shift",
        UNIT,
        shift(lambda b: np.roll(b.ravel(), -1).reshape(b.shape)),
    ),
    (
        "unit before",
        "the shift of the unit before",
        UNIT,
        shift(lambda b: np.roll(b.ravel(), 1).reshape(b.shape)),
    ),
    ("scale added", "scale + x + shift", AFFINE, formula(lambda x, a, b: x + a + b)),
    ("scale and shift multiplied", "scale * x * shift", AFFINE, formula(lambda x, a, b: a * x * b)),
)


def order(change: Callable[[tuple[Enclosure, ...]], tuple[Enclosure, ...]]) -> Recompute:
    """Other arrays, one after another."""

    def recompute(link: Link) -> Enclosure | None:
        inputs = tuple(one for one in link.operands if one is not None)
        return again(link, *change(inputs)) if len(inputs) > 1 else None

    return recompute


def in_memory(link: Link) -> Enclosure | None:
    """The whole arrays one after another, whatever the axis."""
    inputs = [one for one in link.operands if one is not None]
    value = np.concatenate([one.value.ravel() for one in inputs])
    radius = np.concatenate([one.radius.ravel() for one in inputs])
    return Enclosure(value.reshape(link.shape), radius.reshape(link.shape))


def interleaved(link: Link) -> Enclosure | None:
    """Slices of the inputs in turn."""
    inputs, dim = [one for one in link.operands if one is not None], link.attributes["dim"]
    if len({one.value.shape for one in inputs}) > 1 or len(inputs) < 2:
        return None

    def stack(arrays: list[Array]) -> Array:
        return np.stack(arrays, axis=dim + 1).reshape(link.shape)

    return Enclosure(stack([o.value for o in inputs]), stack([o.radius for o in inputs]))


def other_axis(step: int) -> Recompute:
    """Joined along another axis, in the places of the right one."""

    def recompute(link: Link) -> Enclosure | None:
        inputs, dim = [one for one in link.operands if one is not None], link.attributes["dim"]
        axis = (dim + step) % len(link.shape)
        rests = {(*o.value.shape[:axis], *o.value.shape[axis + 1 :]) for o in inputs}
        if len(rests) > 1 or axis == dim:
            return None
        value, radius = (
            np.concatenate(arrays, axis=axis).reshape(link.shape)
            for arrays in ([o.value for o in inputs], [o.radius for o in inputs])
        )
        return Enclosure(value, radius)

    return recompute


def repeated(place: int) -> Recompute:
    """One input's slices in all places, over and over."""

    def recompute(link: Link) -> Enclosure | None:
        inputs, dim = [one for one in link.operands if one is not None], link.attributes["dim"]
        if len(inputs) < 2:
            return None
        one = inputs[place]
        index = np.arange(link.shape[dim]) % one.value.shape[dim]
        return Enclosure(one.value.take(index, axis=dim), one.radius.take(index, axis=dim))

    return recompute


JOIN = "copy the inputs one after another along dim"
CONCAT: tuple[Cause, ...] = table(
    "concat",
    ("order reversed", "the inputs in reverse order", JOIN, order(lambda inputs: inputs[::-1])),
    ("whole arrays", "whole arrays one after another in memory, not along dim", JOIN, in_memory),
    ("interleaved", "slices of the inputs in turn", JOIN, interleaved),
    ("the axis before", "the inputs joined along the axis before", JOIN, other_axis(-1)),
    (
        "first two exchanged",
        "the first two inputs exchanged",
        JOIN,
        order(lambda i: (i[1], i[0], *i[2:])),
    ),
    ("first input repeated", "the first input in place of the others", JOIN, repeated(0)),
    ("last input repeated", "the last input in place of the others", JOIN, repeated(-1)),
)
SUM = "add both operands"
ADD: tuple[Cause, ...] = table(
    "add",
    ("subtracted", "a - b", SUM, formula(np.subtract)),
    ("b left out", "a alone", SUM, formula(lambda a, b: a + 0 * b)),
    ("a left out", "b alone", SUM, formula(lambda a, b: 0 * a + b)),
    ("multiplied", "a · b", SUM, formula(np.multiply)),
    ("average", "the average of a and b", SUM, formula(lambda a, b: (a + b) / 2)),
    ("maximum", "the larger of a and b", SUM, formula(np.maximum)),
    ("a twice", "a + a", SUM, formula(lambda a, b: a + a)),
    ("b twice", "b + b", SUM, formula(lambda a, b: b + b)),
    ("subtracted from b", "b - a", SUM, formula(lambda a, b: b - a)),
    (
        "first of b",
        "b's first element everywhere",
        "take b at the element's own place",
        formula(lambda a, b: a + b.flat[0]),
    ),
    (
        "first row of b",
        "b's first row everywhere",
        "take b at the element's own place",
        formula(lambda a, b: a + b[:1]),
    ),
    (
        "b reversed",
        "b in reverse order",
        "take b at the element's own place",
        formula(lambda a, b: a + b.ravel()[::-1].reshape(b.shape)),
    ),
)
