"""A layer on a device: every variant, over fixed awkward shapes and every probe."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod

from clgold.device.catalogue import VARIANTS
from clgold.device.protocol import Device
from clgold.device.run import WRAPPER_ERROR
from clgold.device.variants import Variant
from clgold.golden.cases import Case
from clgold.reference import Question

from ..judge.compare import Comparison
from .case import check_case, verdict_on
from .rate import Pace, pace

FINE = ("pass", "unsupported", "vacuous")
HANGS = 2  # each lasts a minute, and there are a hundred cases
# Elements of an output up to which a question is kept, with all that was found out about it, for
# the next variant.
SMALL = 2**16


@dataclass(frozen=True)
class CaseReport:
    """One case and what came of it."""

    variant: Variant
    case: Case
    comparison: Comparison
    pace: Pace | None = None

    @property
    def failed(self) -> bool:
        return self.comparison.verdict not in FINE


def verify_layer(
    session: Device,
    variants: Sequence[Variant],
    cases: Sequence[Case],
    done: Callable[[], None] = lambda: None,
) -> Iterator[CaseReport]:
    """Every variant on every case of its layer, until its Python fails or it hangs for the HANGS-th
    time; `done` is called after each.
    """
    questions: dict[int, Question] = {}
    for variant in variants:
        hung = 0
        for number, case in enumerate(cases):
            if case.layer != variant.layer:
                continue
            question = questions.get(number) or case.question
            if prod(question.shape) <= SMALL:
                questions[number] = question
            checked = check_case(session, variant, case, question)
            pace_ = pace(checked.question, checked.run.seconds)
            report = CaseReport(variant, case, verdict_on(checked), pace_)
            yield report
            done()
            hung += report.comparison.verdict == "timeout"
            if report.comparison.verdict == WRAPPER_ERROR or hung == HANGS:
                break


def verdict_of_cases(reports: Sequence[CaseReport]) -> str:
    """pass only if some case ran, none failed, and every variant of a user's ran."""
    ran = any(report.comparison.verdict == "pass" for report in reports)
    theirs = [one for one in never_ran(reports) if one not in VARIANTS]
    failed = any(report.failed for report in reports)
    return "pass" if ran and not failed and not theirs else "fail"


def never_ran(reports: Sequence[CaseReport]) -> list[Variant]:
    """The variants that refused every case."""
    ran = [one.variant for one in reports if one.comparison.verdict != "unsupported"]
    return [one for one in dict.fromkeys(r.variant for r in reports) if one not in ran]
