"""One case on a device."""

import shlex
from dataclasses import replace

from clgold.device.catalogue import VARIANTS
from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.golden.cases import Case

from .check import check
from .compare import Comparison
from .vacuous import why_vacuous

# Wished for in turn by the case's seed; variants that allow but one do not ask.
LOCAL_SIZES: tuple[tuple[int, ...] | None, ...] = (None, (1,), (8,), (3, 5), (64,), (16, 2, 2))


def run_case(session: Session | Worker, variant: Variant, case: Case) -> Comparison:
    """The verdict on a variant; vacuous where it passes a case that could not have failed it."""
    arrays = dict(zip(case.names, case.operands, strict=True))
    operands = tuple(
        None if values is None else session.upload(name, values) for name, values in arrays.items()
    )
    checked = check(
        session,
        variant,
        case.chain,
        operands,
        case.attributes,
        local_size=LOCAL_SIZES[case.seed % len(LOCAL_SIZES)],
    )
    session.drop(*operands, checked.run.output)
    found = checked.comparison
    if found.verdict != "pass":
        return found
    last = checked.expected[case.chain.layers[-1].name]
    why = why_vacuous(arrays, last)
    return replace(found, verdict="vacuous", message=why) if why else found


def replay_line(variant: Variant, case: Case, driver: str) -> str:
    """The command that runs this very case again."""
    file = "" if variant in VARIANTS else f" --kernels {shlex.quote(str(variant.source))}"
    name = f"{variant.layer}={variant.name}"
    return f"clgold verify --device {driver}{file} --variant {name} --case {shlex.quote(str(case))}"
