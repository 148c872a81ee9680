"""What is tried on a changed kernel: verify's cases, then the suite's, then the simulator."""

import functools
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clgold.conformance.run.fit import fitted
from clgold.conformance.run.layer import CaseReport, verify_layer
from clgold.device.run import Run
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.diagnosis.explain.case import LATE_PROBES, explain_first
from clgold.diagnosis.explain.text import few_lines
from clgold.golden.cases import Case
from clgold.golden.tiers import judged_cases
from clgold.reference import Question

from .rules import rejecting

SEEN = 12  # cases of which the other rules see the outputs, where ours rejects an earlier one
SMALLEST = 10  # shapes of a variant that the simulator runs
SUITE_SECONDS = 900.0
COMPARED = ("wrong", "unwritten", "imprecise")  # a failure after which the process is sound
PROGRAM = "from clgold.conformance.commands.cli import main; main()"


class Kept(Case):
    """A case whose question is kept, with what the reference says, for the next kernel."""

    question = functools.cached_property(Case.question.fget)  # type: ignore[arg-type] # it does what is asked of it


@dataclass
class Watched:
    """A device that remembers its last run and the question of it."""

    device: Worker
    last: tuple[Question, Run] | None = None

    def run(self, variant: Variant, question: Question, *given: Any, **options: Any) -> Run:
        run = self.device.run(variant, question, *given, **options)
        self.last = (question, run)
        return run

    def __getattr__(self, name: str) -> Any:
        return getattr(self.device, name)


@dataclass
class Found:
    """What a stage found; an empty verdict where it admits everything."""

    verdict: str = ""
    message: str = ""
    case: str = ""
    variant: str = ""
    cases: int = 0
    cause: list[str] = field(default_factory=list)
    outputs: int = 0  # that the other rules saw, and which of them reject one
    rejecting: list[str] = field(default_factory=list)


@functools.cache
def cases_of(layer: str) -> tuple[Case, ...]:
    """The fixed cases, in the order in which verify explains them."""
    late = sorted(judged_cases(layer), key=lambda one: one.probe in LATE_PROBES)
    return tuple(Kept(one.layer, one.probe, one.shapes, one.attributes, one.seed) for one in late)


def verify(device: Worker, variants: Sequence[Variant], everything: bool = False) -> Found:
    """The fixed cases of every variant, until one fails and the other rules have seen enough."""
    watched, found, rejected = Watched(device), Found(), set[str]()
    for variant in variants:
        reports, cases = [], cases_of(variant.layer)
        cases += tuple(fitted([variant], cases, seed=0))
        for report in verify_layer(watched, [variant], cases):  # type: ignore[arg-type] # it does what is asked of it
            reports.append(report)
            found.cases += 1
            see(watched, report, found, rejected)
            if report.failed and not found.verdict:
                note(found, report)
            if done(report, found, len(reports)):
                break
        if found.verdict:
            found.cause = causes(device, reports)
            break
    found.rejecting = sorted(rejected)
    return found


def done(report: CaseReport, found: Found, count: int) -> bool:
    """Whether no more can be learned, or the process that ran the case is not to be trusted."""
    damaged = report.failed and report.comparison.verdict not in COMPARED
    return bool(found.verdict) and (damaged or count >= SEEN)


def note(found: Found, report: CaseReport) -> None:
    found.verdict, found.message = report.comparison.verdict, report.comparison.message
    found.case, found.variant = str(report.case), report.variant.name


def see(watched: Watched, report: CaseReport, found: Found, rejected: set[str]) -> None:
    """What the other rules say of the case's output."""
    if watched.last is None or report.case.probe == "special":
        return
    question, run = watched.last
    if run.output is None or run.output.host is None:
        return
    said = rejecting(run.output.host, question)
    if said is not None:
        found.outputs += 1
        rejected.update(said)


def causes(device: Worker, reports: Sequence[CaseReport]) -> list[str]:
    """What verify says of the failure."""
    return [line for why in explain_first(device, reports).values() for line in few_lines(why)]


def draws(file: Path, variants: Sequence[Variant], device: str) -> Found:
    """The shipped suite at standard effort on each layer of the file's."""
    for layer in dict.fromkeys(one.layer for one in variants):
        options = ["-x", "-q", "--kernels", str(file), "--layer", layer, "--device", device]
        command = [sys.executable, "-P", "-c", PROGRAM, "suite", *options]
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=SUITE_SECONDS)
        except subprocess.TimeoutExpired:
            return Found("timeout", f"the suite of {layer} took {SUITE_SECONDS:g} seconds")
        if ended.returncode:
            said = [*re.findall(r"^E +(.*)$", ended.stdout, re.M), ended.stdout[-300:]]
            replay = re.findall(r"replay: .*--case (.*)$", ended.stdout, re.M)
            message = said[0].removeprefix("AssertionError: ")
            return Found(message.partition(":")[0], message, replay[0] if replay else "", layer)
    return Found()


def simulate(device: Worker, variants: Sequence[Variant]) -> Found:
    """The smallest cases on the simulator, with local sizes in turn."""
    found = Found()
    for variant in variants:
        for report in verify_layer(device, [variant], smallest(variant.layer)):
            found.cases += 1
            if report.failed:
                note(found, report)
                return found
    return found


def smallest(layer: str) -> Iterator[Case]:
    """Of every shape one case, those with the fewest elements first, local sizes in turn."""
    cases = [one for one in cases_of(layer) if one.probe == "real"]
    cases.sort(key=lambda one: sum(o.size for o in one.question.operands if o is not None))
    shapes = {(one.shapes, str(one.attributes)): one for one in reversed(cases)}
    for number, one in enumerate(list(shapes.values())[::-1][:SMALLEST]):
        yield Case(one.layer, one.probe, one.shapes, one.attributes, number)
