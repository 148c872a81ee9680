"""Sizes of axes: small and awkward."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from clgold.reference.spec import Shape

Shapes = tuple[Shape | None, ...]
Drawn = tuple[Shapes, dict[str, Any]]


def seldom_equal(
    axis: st.SearchStrategy[Any], size: Callable[[Any], int] = int
) -> st.SearchStrategy[tuple[Any, Any]]:
    """The vertical and the horizontal; Hypothesis by itself likes to draw the same one twice."""
    pairs = st.tuples(axis, axis)
    unequal = pairs.filter(lambda pair: size(pair[0]) != size(pair[1]))
    return st.one_of(unequal, unequal, unequal, pairs)


def extents() -> st.SearchStrategy[tuple[int, int]]:
    """Height and width."""
    return seldom_equal(st.integers(1, 9))


def batches() -> st.SearchStrategy[int]:
    return st.integers(1, 3)


def channels() -> st.SearchStrategy[int]:
    return st.integers(1, 6)


def maybe(shape: Shape) -> st.SearchStrategy[Shape | None]:
    """An optional operand's shape."""
    return st.sampled_from((shape, None))


def any_shape() -> st.SearchStrategy[Shape]:
    """One to four axes."""
    return st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)
