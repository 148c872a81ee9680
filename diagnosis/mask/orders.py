"""Axes whose slices come in another order: reversed, rotated, shuffled, or all the same one."""

from collections.abc import Iterator

import numpy as np

from clgold.reference import Enclosure

from ..rearrange import along
from .chance import doubles, matched

Array = np.ndarray

# Elements of each slice that are compared; pairs of slices beyond which none is compared.
GLANCE, MOST_PAIRS = 64, 2**20
# What a slice must share with another to be taken for it.
NEARLY_ALL = 0.95
# How many of the slices must be found again, and on how many elements each must be seen.
MOST, FEWEST = 0.75, 4


def order_along(axis: int, wrong: Array, expected: Enclosure, got: Array) -> Array | None:
    """For each index along the axis the one whose values it holds, if that is a rule.

    int, of the axis's length, −1 where nothing is known. Only of slices that differ enough to be
    told apart: a single number is found in any order.
    """
    length = wrong.shape[axis]
    touched = np.asarray(np.moveaxis(wrong, axis, 0).reshape(length, -1).any(axis=1))
    if length < 2 or length**2 > MOST_PAIRS or np.count_nonzero(touched) < 1:
        return None
    columns = np.flatnonzero(np.moveaxis(wrong, axis, 0).reshape(length, -1).any(axis=0))
    columns = columns[:: max(1, -(-columns.size // GLANCE))]

    def glance(values: Array) -> Array:
        return doubles(np.moveaxis(values, axis, 0).reshape(length, -1)[:, columns])

    mine, value, radius = glance(got), glance(expected.value), glance(expected.radius)
    for order, _ in known(length):
        if matched(mine, value[order], radius[order]).mean() >= NEARLY_ALL:
            return order
    return None if columns.size < FEWEST else searched(touched, mine, value, radius)


def searched(touched: Array, mine: Array, value: Array, radius: Array) -> Array | None:
    """For every touched slice of `mine` the slice of `value` that it is; all are (n, K)."""
    order = np.arange(len(mine))
    for index in np.flatnonzero(touched):
        fits = matched(mine[index], value, radius).mean(axis=1)
        found = int(np.argmax(fits))
        order[index] = found if fits[found] >= NEARLY_ALL and found != index else -1
    known_ones = np.count_nonzero(order[touched] >= 0)
    return order if known_ones >= MOST * np.count_nonzero(touched) else None


PHRASES = {
    "reversed": "{0}s in reverse order",
    "before": "every {0} holds the values of the one before",
    "next": "every {0} holds the values of the one after",
    "2 before": "{0}s rotated by 2",
    "2 further": "{0}s rotated by -2",
    "pairs": "{0}s exchanged in pairs",
    "halves": "{0}s in exchanged halves",
    "first": "every {0} holds the values of the first",
    "last": "every {0} holds the values of the last",
}


def known(length: int) -> Iterator[tuple[Array, str]]:
    """The orders that have a name, and how one speaks of them."""
    for name, order in along(length):
        rows = int(name.removeprefix("shuffled ")) if name.startswith("shuffled") else 1
        groups = f"{rows} × {length // rows} read as {length // rows} × {rows}"
        yield order, PHRASES.get(name, f"{{0}}s shuffled: {groups}")


def order_words(name: str, order: Array) -> str:
    """The order of what is so called, in words: a rule, or the places of the first few."""
    moved = np.flatnonzero(order != np.arange(order.size))
    for one, words in known(order.size):
        if np.array_equal(one[order >= 0], order[order >= 0]):
            return words.format(name)
    if moved.size == 2 and order[moved[0]] == moved[1] and order[moved[1]] == moved[0]:
        return f"{name}s {moved[0]} and {moved[1]} exchanged"
    if moved.size == 1:
        return f"{name} {moved[0]} holds the values of {name} {order[moved[0]]}"
    listed = ", ".join(str(i) if i >= 0 else "?" for i in order[:12])
    listed += ", …" if order.size > 12 else ""
    return f"{name}s in another order: {listed}"
