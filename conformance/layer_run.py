"""A layer on a device: every variant, over fixed awkward shapes and every probe."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.golden.cases import Case

from .cases import run_case
from .compare import Comparison

FINE = ("pass", "unsupported", "vacuous")


@dataclass(frozen=True)
class CaseReport:
    """One case and what came of it."""

    variant: Variant
    case: Case
    comparison: Comparison

    @property
    def failed(self) -> bool:
        return self.comparison.verdict not in FINE


def verify_layer(
    session: Session | Worker, variants: Sequence[Variant], cases: Sequence[Case]
) -> Iterator[CaseReport]:
    """Every variant on every case of its layer."""
    for variant in variants:
        for case in cases:
            if case.layer == variant.layer:
                yield CaseReport(variant, case, run_case(session, variant, case))


def verdict_of_cases(reports: Sequence[CaseReport]) -> str:
    """pass only if some case ran, and none failed."""
    ran = any(report.comparison.verdict == "pass" for report in reports)
    return "pass" if ran and not any(report.failed for report in reports) else "fail"
