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

from clgold.reference import Chain, Question, SpecError, ask
from clgold.reference.evaluate import Operands, shapes_of
from clgold.reference.question import flat, per_layer, resolve
from clgold.reference.spec import Shape

SHAPES = ""  # where operands' stand among layers' names: no layer is called so
MOST_PARTNERS = 7
MOST_TRIED = 32  # sizes of another axis that is cut by a sum


@dataclass(frozen=True)
class Coordinate:
    """An operand's axis, or an integer among the attributes; `large` where it is as large as one.

    path: SHAPES, the operand's place, the axis; or layer, attribute, places in nested pairs.
    """

    path: tuple[str | int, ...]
    large: bool = True

    @property
    def axis(self) -> bool:
        """Whether it is an operand's."""
        return self.path[0] == SHAPES


Sizes = dict[Coordinate, int]


def coordinates(case: Question) -> Sizes:
    """Every coordinate with its size, axes first; what counts axes is none."""
    sizes = dict(integers(case.shapes, (SHAPES,), True))
    for layer in case.chain.layers:
        for name, value in case.attributes[layer.name].items():
            attribute = layer.attributes[name]
            if attribute.kind not in ("axis", "axes"):
                sizes |= dict(integers(value, (layer.name, name), attribute.large))
    return sizes


def integers(
    value: Any, path: tuple[str | int, ...], large: bool
) -> Iterator[tuple[Coordinate, int]]:
    """The integers of shapes, or of an attribute."""
    if isinstance(value, tuple):
        for place, inner in enumerate(value):
            yield from integers(inner, (*path, place), large)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield Coordinate(path, large), value


def cut(case: Question, target: Sizes, tail: bool = False) -> Question | None:
    """The question with these sizes, its operands' first or last elements; None where refused."""
    found = sized(case.chain, case.shapes, case.flat, target)
    if found is None:
        return None
    shapes, given = found
    operands = tuple(
        None if values is None or shape is None else crop(values, shape, tail)
        for values, shape in zip(case.operands, shapes, strict=True)
    )
    return ask(case.chain, operands, given)


def sized(
    chain: Chain, shapes: tuple[Shape | None, ...], given: Mapping[str, Any], target: Sizes
) -> tuple[tuple[Shape | None, ...], Mapping[str, Any]] | None:
    """Shapes and attributes, complete, with these sizes; None where the shape rule refuses them."""
    found: Any = {SHAPES: shapes, **per_layer(chain, given)}
    for coordinate, size in target.items():
        found = replaced(found, coordinate.path, size)
    wanted, attributes = found.pop(SHAPES), flat(chain, found)
    return (wanted, attributes) if fits(chain, wanted, attributes) else None


def fits(chain: Chain, shapes: tuple[Shape | None, ...], given: Mapping[str, Any]) -> bool:
    """Whether the shape rule accepts all this, and nothing in it is empty."""
    if any(shape is not None and 0 in shape for shape in shapes):
        return False
    try:
        return not any(0 in shape for shape in resolve(chain, shapes, given)[1])
    except SpecError:
        return False


def asked(chain: Chain, operands: Operands, given: Mapping[str, Any]) -> Question | None:
    """The question of these operands and attributes; None where there is none."""
    return ask(chain, operands, given) if fits(chain, shapes_of(operands), given) else None


def crop(values: np.ndarray, shape: Shape, tail: bool) -> np.ndarray:
    """The first elements along every axis, or the last ones."""
    sizes = zip(values.shape, shape, strict=True)
    index = tuple(slice(old - new, old) if tail else slice(new) for old, new in sizes)
    return np.array(values[index], order="C")  # of a scalar an array, too


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """Nested mappings and tuples with another value in one place."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, first: replaced(value[str(first)], rest, new)}
    return tuple(replaced(v, rest, new) if k == first else v for k, v in enumerate(value))


def shrunk(
    case: Question, coordinate: Coordinate, size: int, tail: bool = False
) -> Question | None:
    """The question with one coordinate cut, and as few others as must be; None if there is none."""
    targets = ({coordinate: size, **others} for others in partners(case, coordinate, size))
    cuts = (cut(case, target, tail) for target in targets)
    return next((found for found in cuts if found is not None), None)


def partners(case: Question, coordinate: Coordinate, size: int) -> Iterator[Sizes]:
    """What may have to be cut with a coordinate, the fewest first.

    At last one other axis, as long as may be, that goes with it in a sum: W = (OW − 1)·s + K.
    """
    sizes = coordinates(case)
    old = sizes.pop(coordinate)
    others = [one for one, value in sizes.items() if value >= old > 0 and value % old == 0]
    others = sorted(others, key=lambda one: sizes[one])[:MOST_PARTNERS]
    for count in range(len(others) + 1):
        for chosen in combinations(others, count):
            yield {one: sizes[one] // old * size for one in chosen}
    for other, length in sizes.items():
        if other.axis and length <= MOST_TRIED:
            yield from ({other: less} for less in range(length - 1, 0, -1))
