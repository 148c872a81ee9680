"""What a run of the suite found: one book per test, carried in pytest's reports, and the table."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from clgold.device.run import WRAPPER_ERROR

from ..judge.compare import Comparison
from ..run.groups import without_numbers

if TYPE_CHECKING:
    import pytest

PROPERTY, PICTURE = "clgold", "clgold_picture"


@dataclass
class Book:
    """The cases of one test: how many, what did not apply, the largest shares, the failure."""

    layer: str = ""
    variant: str = ""
    driver: str = ""
    probe: str = ""
    cases: int = 0
    vacuous: int = 0
    unsupported: Counter[str] = field(default_factory=Counter)
    budget_used: float = 0.0
    precision: float = 0.0
    failure: str = ""
    replay: str = ""
    says: list[str] = field(default_factory=list)  # which elements fail, and why
    seconds: float = 0.0
    expected: str = ""  # why it is known to fail
    picture: str | None = None  # of what is wrong, a data: URI
    about: dict[str, Any] = field(default_factory=dict)  # the device

    def enter(self, found: Comparison) -> None:
        """Count a case that did not fail."""
        if found.verdict == "unsupported":
            self.unsupported[found.message] += 1
        elif found.verdict == "vacuous":
            self.vacuous += 1
        else:
            self.cases += 1
            self.budget_used = max(self.budget_used, found.budget_used)
            self.precision = max(self.precision, found.precision or 0.0)

    @property
    def verdict(self) -> str:
        """The failure in a word; empty where there is none."""
        return self.failure.partition(":")[0]

    def to_json(self) -> str:
        """All but the picture, which is too large for a line of JUnit's."""
        return json.dumps({**vars(self), "picture": None})


def from_json(text: str) -> Book:
    record: dict[str, Any] = json.loads(text)
    return Book(**record | {"unsupported": Counter(record["unsupported"])})


def collect(reporter: "pytest.TerminalReporter") -> list[Book]:
    """The books of all tests that have run, in whichever process."""
    return [book for _, book in entered(reporter)]


def entered(reporter: "pytest.TerminalReporter") -> list[tuple[str, Book]]:
    """The books, each with its test's id."""
    return [
        (report.nodeid, replace(from_json(str(text)), picture=getattr(report, PICTURE, None)))
        for reports in reporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"  # the fixture's, which enters the book
        for name, text in getattr(report, "user_properties", ())
        if name == PROPERTY
    ]


def table(books: Sequence[Book]) -> list[str]:
    """Layer, variant and driver; cases, the share of the drawn that applied, bound, verdict."""
    if not books:
        return []
    groups: dict[tuple[str, str, str], list[Book]] = defaultdict(list)
    for book in books:
        groups[book.layer, book.variant, book.driver].append(book)
    rows: list[tuple[str, ...]] = [
        ("layer", "variant", "driver", "cases", "applied", "bound", "honest", "verdict")
    ]
    rows += [row(key, group) for key, group in groups.items()]
    widths = [max(len(line[k]) for line in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(r, widths, strict=True)) for r in rows]
    reasons = Counter[str]()
    for book in books:
        for reason, count in book.unsupported.items():
            reasons[f"{book.layer} {book.variant}: {reason}"] += count
    listed = [f"unsupported, {count} cases: {reason}" for reason, count in sorted(reasons.items())]
    return ["", *(line.rstrip() for line in lines), *listed, *failures(books)]


def failures(books: Sequence[Book]) -> list[str]:
    """How tests failed, those of a variant that failed alike together, with one replay line."""
    groups: dict[tuple[str, ...], list[Book]] = defaultdict(list)
    for book in (book for book in books if book.failure):
        words = without_numbers(book.failure)
        groups[book.layer, book.variant, book.driver, words].append(book)
    return [line for group in groups.values() for line in alike(*group)]


def alike(first: Book, *others: Book) -> list[str]:
    """What stands for tests that failed alike; what is the wrapper's is no probe's."""
    lines = [first.failure, f"  replay: {first.replay}"]
    if others and first.verdict != WRAPPER_ERROR:
        count = "1 more test fails" if len(others) == 1 else f"{len(others)} more tests fail"
        lines.append(f"  {count} alike ({', '.join(book.probe for book in others)})")
    return lines


def nothing_ran(books: Sequence[Book]) -> bool:
    """Whether there were tests of kernels, and not one of them ran a kernel that can be judged."""
    return bool(books) and not any(book.cases or book.failure for book in books)


def summary(
    books: Sequence[Book], verdict: str, failed: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The run as JSON: its verdict, devices, every test of a kernel, and what else failed."""
    devices = {book.driver: book.about for book in books if book.about}
    return {
        "kind": "suite",
        "verdict": verdict,
        "devices": list(devices.values()),
        "assays": [assay(book) for book in books],
        "failed_tests": list(failed),
    }


def assay(book: Book) -> dict[str, Any]:
    """A book as JSON: nothing where a number is none, a picture where there is one."""
    left_out = {"about"} | (set() if book.picture else {"picture"})
    found = {name: value for name, value in vars(book).items() if name not in left_out}
    return found | {"budget_used": book.budget_used if isfinite(book.budget_used) else None}


def row(key: tuple[str, str, str], books: Sequence[Book]) -> tuple[str, ...]:
    cases = sum(book.cases for book in books)
    failed = [book.failure.split(":", 1)[0] for book in books if book.failure]
    precision = max(book.precision for book in books)
    unrun = "unsupported" if any(book.unsupported for book in books) else "nothing run"
    verdict = ", ".join(sorted(set(failed))) or ("pass" if cases else unrun)
    used = max(book.budget_used for book in books)
    honest = f"{precision:.2g}×" if precision else ""
    refused = sum(book.unsupported.total() for book in books)
    drawn = cases + refused + sum(book.vacuous for book in books)
    applied = f"{100 * (drawn - refused) / drawn:.0f} %" if refused else "all"
    return (*key, str(cases), applied, f"{100 * used:.3g} %" if cases else "", honest, verdict)
