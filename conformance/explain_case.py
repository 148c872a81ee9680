"""A failing case run once more, to say which elements are wrong and why."""

from collections.abc import Sequence

from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.golden.cases import Case

from .cases import LOCAL_SIZES
from .check import check
from .diagnosis import Diagnosis, Evidence, diagnose
from .layer_run import CaseReport

# Behind those that show what a layer computes, for a cause is seen better there.
LATE_PROBES = ("special", "wide", "cancelling")


def explain_case(session: Session | Worker, variant: Variant, case: Case) -> Diagnosis:
    """What is known of the failure of a case."""
    operands = tuple(
        None if values is None else session.upload(name, values)
        for name, values in zip(case.names, case.operands, strict=True)
    )
    size = LOCAL_SIZES[case.seed % len(LOCAL_SIZES)]
    checked = check(session, variant, case.chain, operands, case.attributes, local_size=size)
    session.drop(*operands, checked.run.output)
    return diagnose(Evidence(case.chain, case.operands, case.attributes, checked, str(case)))


def explain_first(
    session: Session | Worker, reports: Sequence[CaseReport]
) -> dict[tuple[str, str], Diagnosis]:
    """By variant and case the diagnosis of one failing case of each variant."""
    first: dict[str, CaseReport] = {}
    for one in sorted(reports, key=lambda one: one.case.probe in LATE_PROBES):
        if one.failed and one.comparison.verdict in ("wrong", "unwritten", "imprecise"):
            first.setdefault(one.variant.name, one)
    return {
        (one.variant.name, str(one.case)): explain_case(session, one.variant, one.case)
        for one in first.values()
    }
