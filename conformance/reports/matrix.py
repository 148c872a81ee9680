"""What pages show: layer × variant × driver, and the failures, those that are alike as one."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .points import IDLE, PASS, Point

LATE = ("wide", "special", "cancelling", "lone", "sparse")  # probes
NUMBER = re.compile(r"[-+]?\b\d[\d.,e+-]*(?: ×)?")


@dataclass(frozen=True)
class Cell:
    """A variant on a driver: its points."""

    points: tuple[Point, ...]

    @property
    def verdict(self) -> str:
        """The commonest failure; else pass where something passes, or why nothing was run."""
        failed = Counter(one.verdict for one in self.points if one.failed)
        if failed:
            return failed.most_common(1)[0][0]
        verdicts = [one.verdict for one in self.points]
        if PASS in verdicts:
            return PASS
        return "expected" if any(one.known for one in self.points) else (verdicts or ["–"])[0]

    @property
    def standing(self) -> str:
        """One of pass, fail, idle, known."""
        if any(one.failed for one in self.points):
            return "fail"
        return {PASS: "pass", "expected": "known"}.get(self.verdict, "idle")

    @property
    def failures(self) -> int:
        return sum(one.failed for one in self.points)

    @property
    def judged(self) -> list[Point]:
        return [one for one in self.points if one.verdict not in IDLE]

    @property
    def budgets(self) -> list[float]:
        """The shares of the bounds; infinite where a failure has none."""
        return [
            math.inf if one.budget_used is None else one.budget_used
            for one in self.judged
            if one.budget_used is not None or one.failed
        ]

    @property
    def most(self) -> float:
        return max(self.budgets, default=0.0)


@dataclass(frozen=True)
class Row:
    """A variant of a layer, and its cells by driver."""

    layer: str
    variant: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Failure:
    """Points of a variant that fail alike; `shown` is the one that says most."""

    shown: Point
    count: int
    places: tuple[str, ...]
    drivers: tuple[str, ...]


def drivers(found: Sequence[Point]) -> list[str]:
    return list(dict.fromkeys(one.driver for one in found if one.layer not in ("golden", "tests")))


def matrix(found: Sequence[Point]) -> list[Row]:
    """A row for each variant, in the order of the reports, failures first."""
    columns = drivers(found)
    cells: dict[tuple[str, str], dict[str, list[Point]]] = {}
    for one in found:
        if one.driver in columns and not one.place.startswith("fault "):
            cells.setdefault((one.layer, one.variant), {}).setdefault(one.driver, []).append(one)
    rows = [
        Row(*key, tuple(Cell(tuple(by[d])) if d in by else None for d in columns))
        for key, by in cells.items()
    ]
    return sorted(rows, key=lambda row: not any(c and c.standing == "fail" for c in row.cells))


def failures(found: Sequence[Point]) -> list[Failure]:
    """One for each way in which a variant fails; a bisection's faults stand alone."""
    groups: dict[tuple[str, ...], list[Point]] = {}
    explained = {(p.layer, p.variant, p.driver) for p in found if p.place.startswith("fault ")}
    for one in (one for one in found if one.failed):
        fault = one.place.startswith("fault ")
        if fault or (one.layer, one.variant, one.driver) not in explained:
            alike = one.place if fault else NUMBER.sub("…", one.message.partition("\n")[0])
            key = (one.layer, one.variant, one.verdict, alike)
            groups.setdefault(key, []).append(one)
    return [
        Failure(
            max(some, key=tells),
            len(some),
            tuple(dict.fromkeys(p.place for p in some)),
            tuple(dict.fromkeys(p.driver for p in some if p.driver)),
        )
        for some in groups.values()
    ]


def tells(one: Point) -> tuple[bool, int, bool, bool]:
    """How much a point says of its failure: most on data in which it is seen at a glance."""
    plain = not any(word in one.place for word in LATE)
    return bool(one.picture), len(one.says), bool(one.replay), plain
