"""Smaller shapes: which ones there are, found by asking the shape rule.

Every axis of every operand, and every integer of the attributes, is a coordinate. To cut one of
them, others may have to be cut as well: a filter's channels with the image's, the length of a
weight's rows with the image that is flattened before it. They are those whose size is the same or
a multiple; of their combinations the smallest that the shape rule accepts is taken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from clgold.reference import Chain, SpecError
from clgold.reference.chain import resolve
from clgold.reference.spec import Shape

from .case import Case

MOST_PARTNERS = 7
MOST_TRIED = 32  # sizes of another axis that is cut by a sum
SIZES = ("size", "kernel_size")  # attributes that are as large as an axis


@dataclass(frozen=True)
class Axis:
    """An operand's axis."""

    operand: int
    axis: int


@dataclass(frozen=True)
class Setting:
    """An integer among the attributes: names of layer and attribute, places in nested pairs."""

    path: tuple[str | int, ...]

    @property
    def large(self) -> bool:
        return bool(set(self.path) & set(SIZES))


Coordinate = Axis | Setting
Sizes = dict[Coordinate, int]


def coordinates(case: Case) -> Sizes:
    """Every coordinate with its size, axes first."""
    sizes: Sizes = {
        Axis(operand, axis): size
        for operand, shape in enumerate(case.shapes)
        for axis, size in enumerate(shape or ())
    }
    return sizes | dict(integers(case.attributes, ()))


def integers(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Setting, int]]:
    """The integers in nested attributes; `dim` counts axes, and is none of them."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from integers(inner, (*path, name)) if name != "dim" else ()
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            yield from integers(inner, (*path, place))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield Setting(path), value


def cut(chain: Chain, case: Case, target: Sizes, tail: bool = False) -> Case | None:
    """The case with these sizes, its operands' first or last elements; None where refused."""
    shapes = list(case.shapes)
    attributes = case.attributes
    for coordinate, size in target.items():
        if isinstance(coordinate, Setting):
            attributes = replaced(attributes, coordinate.path, size)
            continue
        shape = shapes[coordinate.operand]
        assert shape is not None
        k = coordinate.axis
        shapes[coordinate.operand] = (*shape[:k], size, *shape[k + 1 :])
    complete = accepted(chain, tuple(shapes), attributes)
    if complete is None:
        return None
    operands = tuple(
        None if values is None or shape is None else crop(values, shape, tail)
        for values, shape in zip(case.operands, shapes, strict=True)
    )
    return Case(operands, complete)


def accepted(
    chain: Chain, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The attributes, complete, where the shape rule accepts all this; None where it does not."""
    if any(shape is not None and 0 in shape for shape in shapes):
        return None
    try:
        complete, outputs = resolve(chain, shapes, attributes)
    except SpecError:
        return None
    return None if any(0 in shape for shape in outputs) else complete


def crop(values: np.ndarray, shape: Shape, tail: bool) -> np.ndarray:
    """The first elements along every axis, or the last ones."""
    index = tuple(
        slice(old - new, old) if tail else slice(new)
        for old, new in zip(values.shape, shape, strict=True)
    )
    return np.ascontiguousarray(values[index])


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """Nested attributes with another value in one place."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, first: replaced(value[str(first)], rest, new)}
    return tuple(replaced(v, rest, new) if k == first else v for k, v in enumerate(value))


def shrunk(
    chain: Chain, case: Case, coordinate: Coordinate, size: int, tail: bool = False
) -> Case | None:
    """The case with one coordinate cut, and as few others as must be; None if there is none."""
    sizes = coordinates(case)
    old = sizes[coordinate]
    others = [
        one
        for one, value in sizes.items()
        if one != coordinate and old > 0 and value >= old and value % old == 0
    ]
    others = sorted(others, key=lambda one: sizes[one])[:MOST_PARTNERS]
    for count in range(len(others) + 1):
        for partners in combinations(others, count):
            target = {one: sizes[one] // old * size for one in partners}
            found = cut(chain, case, {coordinate: size, **target}, tail)
            if found is not None:
                return found
    return with_one_other(chain, case, coordinate, size, tail)


def with_one_other(
    chain: Chain, case: Case, coordinate: Coordinate, size: int, tail: bool
) -> Case | None:
    """As `shrunk`, where one other axis, as long as may be, goes with a sum: W = (OW − 1)·s + K."""
    for other, old in coordinates(case).items():
        if other == coordinate or isinstance(other, Setting) or old > MOST_TRIED:
            continue
        for less in range(old - 1, 0, -1):
            found = cut(chain, case, {coordinate: size, other: less}, tail)
            if found is not None:
                return found
    return None
