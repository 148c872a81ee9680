"""One case on a device."""

import shlex
from dataclasses import replace

from clgold.device.catalogue import VARIANTS
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.golden.cases import Case
from clgold.reference import Question

from ..judge.assess import Checked, check_alone
from ..judge.compare import Comparison
from ..judge.vacuous import why_vacuous

# Wished for in turn by the case's seed; variants that allow but one do not ask.
LOCAL_SIZES: tuple[tuple[int, ...] | None, ...] = (None, (1,), (8,), (3, 5), (64,), (16, 2, 2))


def run_case(device: Device, variant: Variant, case: Case) -> Comparison:
    """The verdict on a variant; vacuous where it passes a case that could not have failed it."""
    return verdict_on(check_case(device, variant, case))


def verdict_on(checked: Checked) -> Comparison:
    """The verdict of a case's run; vacuous where it could not have failed."""
    found, question = checked.comparison, checked.question
    if found.verdict != "pass":
        return found
    arrays = dict(zip(question.names, question.operands, strict=True))
    last = question.chain.layers[-1]
    constant = last.is_constant(question.attributes[last.name])
    why = why_vacuous(arrays, checked.expected[question.last], constant)
    return replace(found, verdict="vacuous", message=why) if why else found


def check_case(
    device: Device, variant: Variant, case: Case, question: Question | None = None
) -> Checked:
    """The case's run and its verdict; `question` is the case's, where it is at hand."""
    asked = case.question if question is None else question
    return check_alone(device, variant, asked, local_size=local_size(case))


def local_size(case: Case) -> tuple[int, ...] | None:
    """The case's wish to variants that allow several."""
    return LOCAL_SIZES[case.seed % len(LOCAL_SIZES)]


def replay_line(variant: Variant, case: Case, driver: str) -> str:
    """The command that runs this very case again."""
    file = "" if variant in VARIANTS else f" --kernels {shlex.quote(str(variant.source))}"
    name = f"{variant.layer}={variant.name}"
    return f"clgold verify --device {driver}{file} --variant {name} --case {shlex.quote(str(case))}"
