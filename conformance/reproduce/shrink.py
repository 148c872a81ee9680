"""The smallest case that still fails: greedy, deterministic, within a budget."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from clgold.reference import Chain

from .case import Case
from .moves import LEAPS, leap, plainer, smaller
from .sizes import coordinates, shrunk
from .values import FILLS, Fill, settle


@dataclass(eq=False)
class Budget:
    """How many runs and seconds are left; a case seen before costs nothing."""

    runs: int
    seconds: float
    begun: float = field(default_factory=time.monotonic)
    spent: int = 0

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.begun

    @property
    def over(self) -> bool:
        return self.spent >= self.runs or self.elapsed >= self.seconds


Holds = Callable[[Case], bool]


def shrink(
    chain: Chain,
    case: Case,
    names: tuple[str, ...],
    holds: Holds,
    budget: Budget,
    fills: tuple[Fill, ...] = FILLS,
    deeply: bool = True,
) -> Case:
    """The last case for which `holds` was true, no larger than the given one; else that one.

    Sizes first, all at once and then one by one; then attributes and data, by these fills, as a
    whole only or deeply; and all of it again, as plain data may let sizes go further.
    """
    seen: set[tuple[object, ...]] = set()

    def tried(candidate: Case) -> bool:
        key = identity(candidate)
        if budget.over or key in seen:
            return False
        seen.add(key)
        budget.spent += 1
        return holds(candidate)

    case = leaped(chain, case, tried)
    before = None
    while before is not case:
        before = case
        case = step_by_step(chain, case, tried)
        case = simplified(chain, case, tried)
        case = settle(case, names, tried, fills, deeply)
    return case


def identity(case: Case) -> tuple[object, ...]:
    """What tells a case from another."""
    data = tuple(None if o is None else (o.shape, o.tobytes()) for o in case.operands)
    return data, repr(case.attributes)


def leaped(chain: Chain, case: Case, holds: Holds) -> Case:
    """The smallest of the cases in which everything is cut at once."""
    for settings in (True, False):
        for size in LEAPS:
            candidate = leap(chain, case, size, settings)
            if holds(candidate):
                return candidate
    return case


def step_by_step(chain: Chain, case: Case, holds: Holds) -> Case:
    """Every coordinate as small as it will go while the others stay."""
    for coordinate in coordinates(case):
        old = coordinates(case).get(coordinate, 0)
        for size, tail in smaller(coordinate, old):
            candidate = shrunk(chain, case, coordinate, size, tail)
            if candidate is not None and holds(candidate):
                case = candidate
                break
    return case


def simplified(chain: Chain, case: Case, holds: Holds) -> Case:
    """Without operands that may be missing, with plainer attributes."""
    found = True
    while found:
        found = False
        for candidate in plainer(chain, case):
            if holds(candidate):
                case, found = candidate, True
                break
    return case
