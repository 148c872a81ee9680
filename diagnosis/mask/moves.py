"""Results that hold the expected values in other places: shifted, transposed, permuted.

Where a value may have come from follows from the index of the element that holds it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from clgold.reference import Enclosure

from ..rearrange import LETTERS, orders, source_of_stored
from .chance import doubles, evenly, following, matched, with_share
from .orders import order_along, order_words
from .places import axis_names

Array = np.ndarray
Index = tuple[Array, ...]

# Elements on which a suspicion is raised, and those on which it is checked; all if they are fewer.
PEEK, GLANCE, CHECK = 32, 1024, 2**15
# Of so many elements at least one must have its source inside the array.
FEWEST_INSIDE = 8
# The share of values that must differ for their order to matter.
MOST_DISTINCT = 0.5
# How far an image may be shifted.
REACH = 3


@dataclass(frozen=True)
class Move:
    """`source` gives, for indices of elements, those of the elements whose values they hold.

    Both are (K,) for each axis; a source may lie outside the array.
    """

    words: str
    source: Callable[[Index], Index]


def find_move(wrong: Array, expected: Enclosure, got: Array, names: tuple[str, ...]) -> str:
    """How the values of wrong elements moved, in words; none where they did not.

    names is what one index of each axis is called: rows and columns make an image, which may be
    shifted. An exchange of axes is looked for in arrays of 2 to 4 axes.
    """
    peek, glance, check = (evenly(wrong, most) for most in (PEEK, GLANCE, CHECK))
    best, words = 0.0, ""
    for move in moves(wrong, expected, got, names):
        if best == 1:
            break
        fits = matched(*pairs(move, peek, expected, got))
        if np.count_nonzero(fits) < fits.size / 2:
            continue
        share = agreeing(move, glance, expected, got)
        if share > best and (checked := agreeing(move, check, expected, got)):
            best, words = share, with_share(move.words, checked)
    return words or permuted(wrong, expected, got)


def permuted(wrong: Array, expected: Enclosure, got: Array) -> str:
    """Whether the wrong elements hold one another's values in whatever order."""
    count = int(np.count_nonzero(wrong))
    value, radius = expected.value[wrong], expected.radius[wrong]
    if not 2 <= count <= CHECK or not np.isfinite(value).all():
        return ""
    order = np.argsort(value, kind="stable")
    mine = np.sort(doubles(got[wrong]))
    distinct = np.count_nonzero(np.diff(value[order]) > radius[order][1:]) + 1
    if distinct < MOST_DISTINCT * count or not matched(mine, value[order], radius[order]).all():
        return ""
    return "the right values in other places"


def agreeing(move: Move, indices: Index, expected: Enclosure, got: Array) -> float:
    """The share of the indexed elements that hold their source's value; 0 if it may be luck."""
    numbers = pairs(move, indices, expected, got)
    enough = numbers[0].size >= max(2, indices[0].size // FEWEST_INSIDE)
    return following(*numbers) if enough else 0.0


def pairs(
    move: Move, indices: Index, expected: Enclosure, got: Array
) -> tuple[Array, Array, Array]:
    """What indexed elements hold, their sources' values and radii; of those that have a source."""
    sources = move.source(indices)
    sides = [(place >= 0) & (place < n) for place, n in zip(sources, got.shape, strict=True)]
    inside = np.logical_and.reduce(sides)
    here, there = (tuple(axis[inside] for axis in one) for one in (indices, sources))
    return doubles(got[here]), expected.value[there], expected.radius[there]


def moves(wrong: Array, expected: Enclosure, got: Array, names: tuple[str, ...]) -> Iterator[Move]:
    """Every move that is looked for, the plainest first."""
    images = names[-2:] == ("row", "column")
    if images or names[-1] == "position":
        yield from shifts(wrong.ndim)
    for axis in range(wrong.ndim):
        order = order_along(axis, wrong, expected, got)
        if order is not None:
            yield Move(order_words(names[axis], order), partial(along, axis, order))
    if images:
        h, w = wrong.shape[-2:]
        yield Move("turned by 180 degrees", lambda i: (*i[:-2], h - 1 - i[-2], w - 1 - i[-1]))
    if 2 <= wrong.ndim <= 4 and names == axis_names(wrong.ndim):
        yield from exchanges(wrong.shape)


def along(axis: int, order: Array, index: Index) -> Index:
    """Index i along the axis holds what belongs to order[i]."""
    return (*index[:axis], order[index[axis]], *index[axis + 1 :])


def shifts(axes: int) -> Iterator[Move]:
    """Images (or rows of positions) moved by up to REACH, the nearest first."""
    span = range(-REACH, REACH + 1)
    steps = [(dy, dx) for dy in (span if axes == 4 else (0,)) for dx in span]
    for dy, dx in sorted(steps, key=lambda step: abs(step[0]) + abs(step[1]))[1:]:
        words = f"shifted by ({dy}, {dx})" if axes == 4 else f"shifted by {dx}"
        yield Move(words, partial(shifted, dy, dx))


def shifted(dy: int, dx: int, index: Index) -> Index:
    """Element (y, x) holds what belongs to (y − dy, x − dx)."""
    return (*index[:-2], index[-2] - dy, index[-1] - dx)


def exchanges(shape: tuple[int, ...]) -> Iterator[Move]:
    """The values stored with their axes in another order."""
    letters, own = LETTERS[len(shape)], tuple(range(len(shape)))
    for axes in orders(len(shape)):
        long = [axis for axis in axes if shape[axis] > 1]
        if long == sorted(long):
            continue
        order = "".join(letters[axis] for axis in axes)
        words = f"stored in {order} order (axes {', '.join(map(str, axes))})"
        if len(shape) == 4 and axes == (*own[:-2], own[-1], own[-2]):
            words = "transposed: rows and columns exchanged"
        yield Move(words, partial(source_of_stored, shape, axes))
