"""Two reports compared: what is fixed, broken, changed, new and missing."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .points import Point

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Change:
    """A thing that was judged before and after; None where it was not."""

    before: Point | None
    after: Point | None

    @property
    def point(self) -> Point:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def ratio(self) -> float:
        """By how much the share of the bound moved, as a factor of at least 1."""
        used = [one.budget_used or 0.0 if one else 0.0 for one in (self.before, self.after)]
        low, high = min(used), max(used)
        return 1.0 if low == high else high / low if low else math.inf


@dataclass
class Difference:
    """fixed failed and fails no more, broken the other way round; changed stays on its side.

    Of those that changed, a verdict or the share of the bound is another.
    """

    fixed: list[Change] = field(default_factory=list)
    broken: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    new: list[Change] = field(default_factory=list)
    missing: list[Change] = field(default_factory=list)
    same: int = 0

    @property
    def worse(self) -> bool:
        """Whether something fails that did not, or is no longer looked at."""
        return bool(self.broken or self.missing) or any(one.point.failed for one in self.new)


def difference(before: Sequence[Point], after: Sequence[Point]) -> Difference:
    """What is between two reports' points.

    One driver in each: they are compared, whatever their names are. Several: name by name.
    """
    several = max(len({one.driver for one in side}) for side in (before, after)) > 1
    old, new = by_key(before, several), by_key(after, several)
    found = Difference()
    for key in dict.fromkeys((*old, *new)):
        change = Change(old.get(key), new.get(key))
        if change.before is None or change.after is None:
            (found.new if change.before is None else found.missing).append(change)
        elif change.before.failed != change.after.failed:
            (found.fixed if change.before.failed else found.broken).append(change)
        elif what(change.before) != what(change.after):
            found.changed.append(change)
        else:
            found.same += 1
    found.changed.sort(key=lambda one: (not another_verdict(one), -one.ratio))
    return found


def by_key(found: Iterable[Point], several: bool) -> dict[Key, Point]:
    """The points by what they are about; of two alike the one that fails."""
    known: dict[Key, Point] = {}
    for one in found:
        key = (one.layer, one.variant, one.driver if several else "", one.place)
        if key not in known or (one.failed and not known[key].failed):
            known[key] = one
    return known


def what(one: Point) -> tuple[str, float | None]:
    return one.verdict, one.budget_used


def another_verdict(change: Change) -> bool:
    return bool(change.before and change.after and change.before.verdict != change.after.verdict)


def difference_json(found: Difference) -> dict[str, Any]:
    """The same as JSON."""
    names = ("fixed", "broken", "changed", "new", "missing")
    return {
        "verdict": "fail" if found.worse else "pass",
        **{name: [change_json(one) for one in getattr(found, name)] for name in names},
        "same": found.same,
    }


def change_json(one: Change) -> dict[str, Any]:
    point = one.point
    sides = {"before": one.before, "after": one.after}
    kept = ("driver", "verdict", "message", "budget_used", "precision")
    return {
        "layer": point.layer,
        "variant": point.variant,
        "place": point.place,
        **{name: side and {key: asdict(side)[key] for key in kept} for name, side in sides.items()},
    }
