"""One fault, one group: a variant's failing cases that look alike; the smallest is shown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from .layer import CaseReport

NUMBER = re.compile(r"[-+]?\b\d[\d.,e+-]*(?: ×)?")


@dataclass(frozen=True)
class Group:
    """Cases of a variant that fail in one way; `shown` is the one that is shown."""

    shown: CaseReport
    cases: tuple[CaseReport, ...]

    @property
    def others(self) -> str:
        """How many more there are, and with which probes; empty where there are none."""
        others = [one.case.probe for one in self.cases if one is not self.shown]
        if not others:
            return ""
        fail = "case fails" if len(others) == 1 else "cases fail"
        return f"{len(others)} more {fail} alike ({', '.join(dict.fromkeys(others))})"


def size(one: CaseReport) -> tuple[int, int]:
    """What makes a case small: few elements, then few words."""
    shapes = (shape for shape in one.case.shapes if shape is not None)
    return sum(map(prod, shapes)), len(str(one.case).split())


def pattern(one: CaseReport) -> tuple[str, ...]:
    """What cases that fail alike share: the variant, the verdict, its words without numbers."""
    words = without_numbers(one.comparison.message)
    return one.variant.layer, one.variant.name, one.comparison.verdict, words


def without_numbers(message: str) -> str:
    """The first line of a message without its numbers, which differ from case to case."""
    return NUMBER.sub("…", message.partition("\n")[0])


def failing(reports: Iterable[CaseReport]) -> list[CaseReport]:
    """The cases that fail: first those that are partly right, for they show where; small first."""

    def key(one: CaseReport) -> tuple[bool, tuple[int, int]]:
        return one.comparison.failed == one.comparison.count, size(one)

    return sorted((one for one in reports if one.failed), key=key)


def grouped(reports: Iterable[CaseReport], known: Iterable[tuple[str, str]] = ()) -> list[Group]:
    """The groups, of each variant the largest first: what one case looks like says least.

    Where the diagnosis of a variant's case is known, that case stands for others.
    """
    found: dict[tuple[str, ...], list[CaseReport]] = {}
    for one in failing(reports):
        found.setdefault(pattern(one), []).append(one)
    diagnosed = set(known)
    groups = [Group(standing(cases, diagnosed), tuple(cases)) for cases in found.values()]
    variants = list(dict.fromkeys(one.shown.variant for one in groups))
    return sorted(groups, key=lambda one: (variants.index(one.shown.variant), -len(one.cases)))


def standing(cases: Sequence[CaseReport], diagnosed: set[tuple[str, str]]) -> CaseReport:
    first = (one for one in cases if (one.variant.name, str(one.case)) in diagnosed)
    return next(first, cases[0])
