"""Buffers of other programs: the expected numbers in another order."""

from dataclasses import dataclass
from math import prod

import numpy as np

from clgold.reference import Enclosure

from ..mask.chance import doubles, evenly, following, matched
from .orderings import Ordering, orderings

Array = np.ndarray

# The share of elements that must be right in an order: one faulty element in a hundred hides none.
NEARLY_ALL = 0.99
# Elements on which an order is tried, and on which it is then checked.
GLANCE, CHECK = 512, 2**16


@dataclass(frozen=True)
class Layout:
    """How a buffer lies in memory, as words that follow "it is in", and its values restored.

    text        "NHWC order (axes 0, 2, 3, 1)"
    restored    the buffer's values in the expected shape and order, in its own dtype
    """

    text: str
    restored: Array


def recognise_layout(got: Array, expected: Enclosure) -> Layout | None:
    """The order in which `got` holds the expected values, if it is not the expected one.

    got is flat or of any shape, and may be longer than the expected array where it is padded;
    what counts is its order in memory (C order). None where the expected order is as good as any,
    and where none fits nearly all elements. Use `restored` to go on comparing:

        layout = recognise_layout(dump, expected)
        values = dump.reshape(expected.value.shape) if layout is None else layout.restored
    """
    flat, shape = np.ascontiguousarray(got).reshape(-1), expected.value.shape
    if not shape or not flat.size or flat.size < prod(shape) or flat.dtype.kind not in "fiu":
        return None
    if flat.size == prod(shape):
        plain = doubles(flat.reshape(shape))
        if np.mean(matched(plain, expected.value, expected.radius)) >= NEARLY_ALL:
            return None
    for numbers, words in ((flat, ""), (flat.byteswap(), ", the bytes of each number reversed")):
        if (order := best_order(numbers, expected)) is not None:
            return Layout(order.name + words, np.ascontiguousarray(order.restore(numbers)))
    return None


def best_order(flat: Array, expected: Enclosure) -> Ordering | None:
    """The order in which most elements are within their bound, if nearly all are, by no accident.

    Of equal ones the most usual.
    """
    everything = np.ones(expected.value.shape, bool)
    glance, check = evenly(everything, GLANCE), evenly(everything, CHECK)
    best, found = 0.0, None
    for order in orderings(flat.size, expected.value.shape):
        restored = order.restore(flat)
        if fits(restored, expected, glance) > best:
            share = fits(restored, expected, check)
            best, found = (share, order) if share > best else (best, found)
        if best == 1:
            break
    return found


def fits(values: Array, expected: Enclosure, some: tuple[Array, ...]) -> float:
    """The share of the indexed elements that lie within their bound; 0 if not nearly all do."""
    mine = doubles(values[some])
    return following(mine, expected.value[some], expected.radius[some], NEARLY_ALL)
