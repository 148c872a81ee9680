"""argmax under other conventions."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table

Pick = Callable[[Array], Array]  # (n, …) → the index along the first axis


def picked(pick: Pick) -> Recompute:
    """Another index of each row."""

    def recompute(link: Link) -> Enclosure:
        first = link.operands[0]
        assert first is not None
        value = pick(np.moveaxis(first.value, link.attributes["dim"], 0))
        return Enclosure(np.broadcast_to(value, link.shape).astype(np.int64))

    return recompute


def last_of_equal(x: Array) -> Array:
    return x.shape[0] - 1 - np.argmax(x[::-1], axis=0)


def among(start: int, stop: int | None) -> Recompute:
    """The largest of a part of each row; index 0 where that is empty."""

    def pick(x: Array) -> Array:
        part = x[start:stop]
        return np.argmax(part, axis=0) + start if len(part) else np.zeros(x.shape[1:], np.int64)

    return picked(pick)


def above(start: float) -> Recompute:
    """The largest of the values above `start`; index 0 where there is none."""
    return picked(lambda x: np.where(x.max(axis=0) > start, np.argmax(x, axis=0), 0))


def second(x: Array) -> Array:
    order = np.argsort(-x, axis=0, kind="stable")
    return order[min(1, len(order) - 1)]


def whole_blocks(block: int) -> Recompute:
    return picked(lambda x: np.argmax(x[: max(len(x) // block * block, 1)], axis=0))


def in_memory(x: Array) -> Array:
    """The index over the whole array, the first axis being the searched one."""
    return np.ravel_multi_index((np.argmax(x, axis=0), *np.indices(x.shape[1:])), x.shape)


def over_axis(step: int) -> Recompute:
    """The index along another axis, in the places of the right one."""

    def recompute(link: Link) -> Enclosure | None:
        first = link.operands[0]
        assert first is not None
        x, dim = first.value, link.attributes["dim"]
        if x.ndim <= step:
            return None
        found = np.argmax(x, axis=(dim + step) % x.ndim)
        fits = found.size == np.prod(link.shape, dtype=int)
        return Enclosure(found.reshape(link.shape)) if fits else None

    return recompute


FIRST = "keep the first of equal values: compare with >"
ALL = "run over the whole row"
INDEX = "give the index along dim, from 0"
ARGMAX: tuple[Cause, ...] = table(
    "argmax",
    ("last of equal maxima", "the last of equal maxima", FIRST, picked(last_of_equal)),
    (
        "argmin",
        "the smallest value's index",
        "keep the larger value",
        picked(lambda x: np.argmin(x, axis=0)),
    ),
    ("counted from 1", "indices counted from 1", INDEX, picked(lambda x: np.argmax(x, axis=0) + 1)),
    ("counted from -1", "indices one too small", INDEX, picked(lambda x: np.argmax(x, axis=0) - 1)),
    ("last left out", "the largest of all but the last", ALL, among(0, -1)),
    ("first left out", "the largest of all but the first", ALL, among(1, None)),
    (
        "maximum starts at 0",
        "a maximum that starts at 0: index 0 where none is positive",
        "start at the first value, not at 0",
        above(0.0),
    ),
    (
        "maximum starts at FLT_MIN",
        "a maximum that starts at FLT_MIN",
        "start at the first value",
        above(2.0**-126),
    ),
    (
        "largest magnitude",
        "the largest |x|'s index",
        "compare x, not |x|",
        picked(lambda x: np.argmax(np.abs(x), axis=0)),
    ),
    ("another axis", "the index along another axis", "search along dim", over_axis(1)),
    (
        "index from the end",
        "indices counted from the end",
        INDEX,
        picked(lambda x: len(x) - 1 - np.argmax(x, axis=0)),
    ),
    ("second largest", "the second largest value's index", "keep the larger value", picked(second)),
    (
        "last of equal minima",
        "the last of equal minima",
        FIRST,
        picked(lambda x: len(x) - 1 - np.argmin(x[::-1], axis=0)),
    ),
    (
        "always 0",
        "index 0 everywhere",
        "store the index of the larger value",
        picked(lambda x: np.zeros(x.shape[1:], np.int64)),
    ),
    (
        "always the last",
        "the last index everywhere",
        "store the index of the larger value",
        picked(lambda x: np.full(x.shape[1:], len(x) - 1)),
    ),
    *(
        (
            f"rest beyond blocks of {block} left out",
            f"the largest of whole blocks of {block}",
            ALL,
            whole_blocks(block),
        )
        for block in (4, 8, 16)
    ),
    ("index in memory", "the index over the whole array", INDEX, picked(in_memory)),
    (
        "the value itself",
        "the largest value in place of its index",
        INDEX,
        picked(lambda x: np.nan_to_num(x.max(axis=0))),
    ),
)
