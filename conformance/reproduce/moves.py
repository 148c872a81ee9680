"""What a shrinker tries: everything at once, sizes one by one, plainer attributes."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from clgold.reference import Chain
from clgold.reference.chain import per_layer

from .case import Case, operand_names
from .sizes import Axis, Coordinate, accepted, coordinates, replaced, shrunk

LEAPS = (1, 2, 3, 4, 5, 8, 17)
SMALL = 5  # below that every size is tried


def leap(chain: Chain, case: Case, size: int, settings: bool) -> Case:
    """Everything at once as small as `size`, or as close to that as it will go."""
    for _ in range(2):  # a smaller filter lets the image be smaller
        for coordinate in coordinates(case):
            for target in goals(coordinate, coordinates(case)[coordinate], size, settings):
                found = shrunk(chain, case, coordinate, target)
                if found is not None:
                    case = found
                    break
    return case


def goals(coordinate: Coordinate, old: int, size: int, settings: bool) -> list[int]:
    """What a leap tries for a coordinate."""
    if isinstance(coordinate, Axis) or coordinate.large:
        wanted = [size, size + 1, 2 * size + 1]
    else:
        wanted = [0, 1] if settings else []
    return [one for one in wanted if one < old]


def smaller(coordinate: Coordinate, old: int) -> list[tuple[int, bool]]:
    """The sizes to try for a coordinate, the smallest first, and whether to keep the tail."""
    first = 1 if isinstance(coordinate, Axis) else 0
    sizes = [*range(first, min(SMALL, old)), old // 4, old // 2, old - 1]
    heads = [(size, False) for size in dict.fromkeys(sizes) if first <= size < old]
    tails = [(size, True) for size in dict.fromkeys([old // 2, old - 1]) if 0 < size < old]
    return sorted(heads) + (sorted(tails) if isinstance(coordinate, Axis) else [])


def plainer(chain: Chain, case: Case) -> Iterator[Case]:
    """Cases without an optional operand, or with a plainer number or switch among the attributes.

    The last of a variadic layer's operands may go, too.
    """
    optional = {name for layer in chain.layers for name in layer.optional}
    names = operand_names(chain, len(case.operands))
    choices = [
        ((*case.operands[:k], None, *case.operands[k + 1 :]), case.attributes)
        for k, (name, operand) in enumerate(zip(names, case.operands, strict=True))
        if operand is not None and name in optional
    ]
    if chain.layers[0].variadic and len(case.operands) > 2:
        choices.append((case.operands[:-1], case.attributes))
    choices += [(case.operands, attributes) for attributes in plainer_settings(chain, case)]
    for operands, attributes in choices:
        shapes = tuple(None if o is None else o.shape for o in operands)
        complete = accepted(chain, shapes, attributes)
        if complete is not None:
            yield Case(operands, complete)


def plainer_settings(chain: Chain, case: Case) -> Iterator[Mapping[str, Any]]:
    """Attributes with one real number 1, ½ or 2 instead, or one switch as by default."""
    single = len(chain.layers) == 1
    for layer in chain.layers:
        defaults = inspect.signature(layer.forward).parameters
        for name, value in per_layer(chain, case.attributes)[layer.name].items():
            path = (name,) if single else (layer.name, name)
            if isinstance(value, bool):
                wanted: list[Any] = [defaults[name].default]
            elif isinstance(value, float) and value not in (1.0, 0.5, 2.0):
                wanted = [1.0, 0.5, 2.0]
            else:
                continue
            for new in wanted:
                if isinstance(new, type(value)) and new != value:
                    yield replaced(case.attributes, path, new)
