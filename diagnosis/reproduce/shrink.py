"""The smallest case that still fails: greedy, deterministic, within a budget.

What is tried: everything at once, sizes one by one, plainer attributes, plainer data.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clgold.reference import Question
from clgold.reference.question import flat

from .sizes import Coordinate, asked, coordinates, replaced, shrunk
from .values import FILLS, Fill, Holds, settle

LEAPS = (1, 2, 3, 4, 5, 8, 17)
SMALL = 5  # below that every size is tried


@dataclass(eq=False)
class Budget:
    """How many runs and seconds are left; a case seen before costs nothing."""

    runs: int
    seconds: float
    begun: float = field(default_factory=time.monotonic)
    spent: int = 0

    @property
    def over(self) -> bool:
        return self.spent >= self.runs or time.monotonic() - self.begun >= self.seconds


def shrink(
    case: Question,
    holds: Holds,
    budget: Budget,
    fills: tuple[Fill, ...] = FILLS,
    deeply: bool = True,
) -> Question:
    """The last question for which `holds` was true, no larger than the given one; else that one.

    Sizes first, all at once and then one by one; then attributes and data, by these fills, as a
    whole only or deeply; and all of it again, as plain data may let sizes go further.
    """
    seen: set[tuple[object, ...]] = set()

    def tried(candidate: Question) -> bool:
        key = identity(candidate)
        if budget.over or key in seen:
            return False
        seen.add(key)
        budget.spent += 1
        return holds(candidate)

    leaps = (leap(case, size, settings) for settings in (True, False) for size in LEAPS)
    case = next(filter(tried, leaps), case)
    before = None
    while before is not case:
        before = case
        case = step_by_step(case, tried)
        while (simpler := next(filter(tried, plainer(case)), None)) is not None:
            case = simpler
        case = settle(case, tried, fills, deeply)
    return case


def identity(case: Question) -> tuple[object, ...]:
    """What tells a case from another."""
    data = tuple(None if o is None else (o.shape, o.tobytes()) for o in case.operands)
    return data, repr(case.attributes)


def step_by_step(case: Question, holds: Holds) -> Question:
    """Every coordinate as small as it will go while the others stay."""
    for coordinate in coordinates(case):
        old = coordinates(case).get(coordinate, 0)
        cuts = (shrunk(case, coordinate, size, tail) for size, tail in smaller(coordinate, old))
        case = next((found for found in cuts if found is not None and holds(found)), case)
    return case


def leap(case: Question, size: int, settings: bool) -> Question:
    """Everything at once as small as `size`, or as close to that as it will go."""
    for _ in range(2):  # a smaller filter lets the image be smaller
        for coordinate in coordinates(case):
            for target in goals(coordinate, coordinates(case)[coordinate], size, settings):
                found = shrunk(case, coordinate, target)
                if found is not None:
                    case = found
                    break
    return case


def goals(coordinate: Coordinate, old: int, size: int, settings: bool) -> list[int]:
    """What a leap tries for a coordinate."""
    small = [0, 1] if settings else []
    wanted = [size, size + 1, 2 * size + 1] if coordinate.large else small
    return [one for one in wanted if one < old]


def smaller(coordinate: Coordinate, old: int) -> list[tuple[int, bool]]:
    """The sizes to try for a coordinate, the smallest first, and whether to keep the tail."""
    first = 1 if coordinate.axis else 0
    heads = {size for size in (*range(SMALL), old // 4, old // 2, old - 1) if first <= size < old}
    tails = {size for size in (old // 2, old - 1) if size > 0 and coordinate.axis}
    return [*((size, False) for size in sorted(heads)), *((size, True) for size in sorted(tails))]


def plainer(case: Question) -> Iterator[Question]:
    """Questions without an optional operand, or with a plainer number or switch as attribute.

    The last of a variadic layer's operands may go, too.
    """
    choices = [
        ((*case.operands[:k], None, *case.operands[k + 1 :]), case.flat)
        for k, (operand, declared) in enumerate(zip(case.operands, case.declared, strict=True))
        if operand is not None and declared.optional
    ]
    if case.chain.layers[0].variadic and len(case.operands) > 2:
        choices.append((case.operands[:-1], case.flat))
    choices += [(case.operands, attributes) for attributes in plainer_settings(case)]
    found = (asked(case.chain, operands, attributes) for operands, attributes in choices)
    yield from (one for one in found if one is not None)


def plainer_settings(case: Question) -> Iterator[Mapping[str, Any]]:
    """Attributes with one real number 1, ½ or 2 instead, or one switch as by default."""
    for layer in case.chain.layers:
        for name, value in case.attributes[layer.name].items():
            wanted: tuple[Any, ...] = ()
            if isinstance(value, bool) and value != layer.attributes[name].default:
                wanted = (not value,)
            elif isinstance(value, float) and value not in (1.0, 0.5, 2.0):
                wanted = (1.0, 0.5, 2.0)
            for new in wanted:
                yield flat(case.chain, replaced(case.attributes, (layer.name, name), new))
