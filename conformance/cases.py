"""One case on a device."""

from dataclasses import replace

from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.golden.cases import Case

from .check import check
from .compare import Comparison
from .vacuous import why_vacuous


def run_case(session: Session | Worker, variant: Variant, case: Case) -> Comparison:
    """The verdict on a variant; vacuous where it passes a case that could not have failed it."""
    arrays = dict(zip(case.names, case.operands, strict=True))
    operands = tuple(
        None if values is None else session.upload(name, values) for name, values in arrays.items()
    )
    checked = check(session, variant, case.chain, operands, case.attributes)
    found = checked.comparison
    if found.verdict != "pass":
        return found
    last = checked.expected[case.chain.layers[-1].name]
    why = why_vacuous(arrays, last)
    return replace(found, verdict="vacuous", message=why) if why else found
