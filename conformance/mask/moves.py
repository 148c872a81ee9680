"""Where the values of a wrong result may have come from: places that an element's index gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from clgold.reference import Enclosure

from .orders import order_along, order_words
from .places import axis_names

Array = np.ndarray
Index = tuple[Array, ...]
Source = Callable[[Index], tuple[Index, Array]]

# How far an image may be shifted.
REACH = 3


@dataclass(frozen=True)
class Move:
    """`source` gives, for indices of an element, the indices of the one whose value it holds.

    With the indices, (K,) for each axis, comes whether each lies inside the array.
    """

    words: str
    source: Source


def moves(wrong: Array, expected: Enclosure, got: Array, names: tuple[str, ...]) -> Iterator[Move]:
    """Every move that is looked for, the plainest first."""
    shape = wrong.shape
    images = names[-2:] == ("row", "column")
    if images or names[-1] == "position":
        yield from shifts(shape)
    for axis in range(wrong.ndim):
        order = order_along(axis, wrong, expected, got)
        if order is not None:
            yield Move(order_words(names[axis], order), along(axis, order))
    if images:
        yield Move("turned by 180 degrees", turned(shape))
    if 2 <= wrong.ndim <= 4 and names == axis_names(wrong.ndim):
        yield from exchanges(shape)


def along(axis: int, order: Array) -> Source:
    """Index i along the axis holds what belongs to order[i]."""

    def source(index: Index) -> tuple[Index, Array]:
        moved = order[index[axis]]
        return (*index[:axis], moved, *index[axis + 1 :]), moved >= 0

    return source


def turned(shape: tuple[int, ...]) -> Source:
    h, w = shape[-2:]

    def source(index: Index) -> tuple[Index, Array]:
        *before, y, x = index
        return (*before, h - 1 - y, w - 1 - x), np.ones(y.shape, bool)

    return source


def shifts(shape: tuple[int, ...]) -> Iterator[Move]:
    """Images (or rows of positions) moved by up to REACH, the nearest first."""
    span = range(-REACH, REACH + 1)
    steps = [(dy, dx) for dy in (span if len(shape) == 4 else (0,)) for dx in span]
    for dy, dx in sorted(steps, key=lambda step: abs(step[0]) + abs(step[1]))[1:]:
        words = f"shifted by ({dy}, {dx})" if len(shape) == 4 else f"shifted by {dx}"
        yield Move(words, shifted(shape, dy, dx))


def shifted(shape: tuple[int, ...], dy: int, dx: int) -> Source:
    """Element (y, x) holds what belongs to (y − dy, x − dx)."""
    steps = {len(shape) - 1: dx, **({len(shape) - 2: dy} if dy else {})}

    def source(index: Index) -> tuple[Index, Array]:
        moved = tuple(i - steps.get(axis, 0) for axis, i in enumerate(index))
        sides = [(m >= 0) & (m < n) for m, n in zip(moved, shape, strict=True)]
        return moved, np.logical_and.reduce(sides)

    return source


def exchanges(shape: tuple[int, ...]) -> Iterator[Move]:
    """The values stored with their axes in another order."""
    letters = {2: "NF", 3: "NCL", 4: "NCHW"}[len(shape)]
    for axes in permutations(range(len(shape))):
        long = [axis for axis in axes if shape[axis] > 1]
        if long == sorted(long):
            continue
        order = "".join(letters[axis] for axis in axes)
        words = f"stored in {order} order (axes {', '.join(map(str, axes))})"
        if axes == (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2):
            words = "transposed: rows and columns exchanged" if len(shape) == 4 else words
        yield Move(words, exchanged(shape, axes))


def exchanged(shape: tuple[int, ...], axes: tuple[int, ...]) -> Source:
    """The element at a place in memory belongs there in the array with exchanged axes."""
    stored = tuple(shape[axis] for axis in axes)

    def source(index: Index) -> tuple[Index, Array]:
        flat = np.ravel_multi_index(index, shape)
        unravelled = np.unravel_index(flat, stored)
        back = tuple(unravelled[axes.index(axis)] for axis in range(len(shape)))
        return back, np.ones(flat.shape, bool)

    return source
