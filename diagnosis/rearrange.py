"""Rearrangements on named axes: every way in which the right values come to stand elsewhere.

One axis in another order, two neighbouring ones taken for one, all of them stored in another order
or with gaps. Causes apply them to operands and outputs, masks and layouts look for them in results.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations
from math import prod

import numpy as np

Array = np.ndarray
Shape = tuple[int, ...]
Order = tuple[int, ...]
Index = tuple[Array, ...]

# What axes are called where nobody says it, by their number; and one index of each.
LETTERS = {1: "F", 2: "NF", 3: "NCL", 4: "NCHW"}
WORDS = {"N": "image", "C": "channel", "H": "row", "W": "column", "F": "feature", "L": "position"}
# The orders of four axes that are in use: as they are, NHWC, CHWN, HWCN, NCWH.
COMMON = ((0, 1, 2, 3), (0, 2, 3, 1), (1, 2, 3, 0), (2, 3, 1, 0), (0, 1, 3, 2))
# What stands beyond an array's end in memory: nobody knows.
UNKNOWN = np.nan


STEPS = {"before": -1, "next": 1, "2 before": -2, "2 further": 2}


def one_along(name: str, length: int) -> Array | None:
    """For each index along an axis the one whose values it holds, in the order of that name.

    None for an axis on which it is none, or the same as a plainer one.
    """
    index = np.arange(length)
    if name in STEPS:
        step = STEPS[name]
        return (index + step) % length if length > 2 * abs(step) else None
    if name in ("pairs", "halves"):
        moved = index ^ 1 if name == "pairs" else index + length // 2
        return moved % length if length % 2 == 0 else None
    plain = {"reversed": index[::-1], "first": index * 0, "last": index * 0 + length - 1}
    return plain[name] if length > 1 else None


def along(length: int) -> Iterator[tuple[str, Array]]:
    """Every order along an axis that has a name, the plainest first."""
    for name in ("reversed", *STEPS, "pairs", "halves", "first", "last"):
        order = one_along(name, length)
        if order is not None:
            yield name, order
    for rows in range(2, length):
        if length % rows == 0:
            yield f"shuffled {rows}", np.arange(length).reshape(rows, length // rows).T.ravel()


def merged(shape: Shape, first: int, last: int) -> Shape:
    """The shape with the axes from the first to the last taken for one."""
    return (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])


def orders(count: int) -> list[Order]:
    """Every order of so many axes but their own, the usual ones first.

    Of more than four: two exchanged, or two neighbours moved together.
    """
    own = tuple(range(count))
    if count <= 4:
        every = sorted(permutations(own), key=lambda order: [order != one for one in COMMON])
        return [order for order in every if order != own]
    found = []
    for one in own:
        for two in own[one + 1 :]:
            names = {one: two, two: one}
            found.append(tuple(names.get(axis, axis) for axis in own))
    for start in own[:-1]:
        rest = [axis for axis in own if axis not in (start, start + 1)]
        found += [(*rest[:at], start, start + 1, *rest[at:]) for at in range(len(rest) + 1)]
    return [order for order in dict.fromkeys(found) if order != own]


def stored(values: Array, order: Order) -> Array:
    """The values as they lie in memory in that order of axes, in the array's own shape."""
    return values.transpose(order).reshape(values.shape)


def restored(
    flat: Array, shape: Shape, order: Order, padded: Mapping[int, tuple[int, int]] | None = None
) -> Array:
    """The array of that shape out of a buffer that begins with it in that order of axes.

    padded: the axes, by their place in memory, that are longer there: (offset, length).
    """
    gaps = padded or {}
    inner = tuple(shape[axis] for axis in order)
    outer = tuple(gaps[k][1] if k in gaps else size for k, size in enumerate(inner))
    offsets = (gaps[k][0] if k in gaps else 0 for k in range(len(inner)))
    window = tuple(slice(o, o + size) for o, size in zip(offsets, inner, strict=True))
    return np.transpose(flat[: prod(outer)].reshape(outer)[window], np.argsort(order))


def pitched(values: Array, axis: int, pitch: int) -> Array:
    """The values read as if an axis were `pitch` long; UNKNOWN beyond the array's end."""
    lengths = [*values.shape[:axis], pitch, *values.shape[axis + 1 :]]
    steps = [prod(lengths[k + 1 :]) for k in range(values.ndim)]
    last = sum((size - 1) * step for size, step in zip(values.shape, steps, strict=True))
    flat = values.astype(np.float64, copy=False).ravel()
    if last >= flat.size:
        flat = np.concatenate([flat, np.full(last + 1 - flat.size, UNKNOWN)])
    strides = [step * flat.itemsize for step in steps]
    return np.lib.stride_tricks.as_strided(flat, values.shape, strides, writeable=False)


def shifted(values: Array, axis: int, step: int) -> Array | None:
    """The values that stand so many places further along an axis in memory, whatever they are.

    UNKNOWN where that lies beyond the array's ends; None where the axis has no two places.
    """
    if values.shape[axis] < 2:
        return None
    flat, places = values.ravel(), step * prod(values.shape[axis + 1 :])
    found = np.full(flat.size, UNKNOWN)
    found[max(-places, 0) : flat.size - max(places, 0)] = flat[
        max(places, 0) : flat.size - max(-places, 0)
    ]
    return found.reshape(values.shape)


def source_of_stored(shape: Shape, order: Order, index: Index) -> Index:
    """Of `stored` values, the indices at which the elements at these indices stood before."""
    flat = np.ravel_multi_index(index, shape)
    places = np.unravel_index(flat, tuple(shape[axis] for axis in order))
    return tuple(places[order.index(axis)] for axis in range(len(shape)))
