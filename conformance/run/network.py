"""A network on a device: every kernel on the reference's inputs, and all of them end to end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.networks import Kernel

from ..judge.assess import Checked
from ..judge.compare import PIECE, Comparison
from .answer import Ends, EndToEnd
from .choose import Plan
from .evidence import Evidence
from .rate import Pace, pace
from .walk import Arrays, Operands, Step, Uploaded, walk


@dataclass(frozen=True)
class PassedOn:
    """How far a kernel's output is from the reference's trace, all kernels before it included.

    error is the largest difference, `relative` that as a share of the largest expected value;
    infinite where a number should be and is none.
    """

    error: float
    relative: float


@dataclass(frozen=True)
class KernelReport:
    """What is said of one kernel on one image.

    comparison   on the reference's inputs: the error born here
    own          on the device's own inputs
    passed_on    None where the kernel leaves nothing that could be used
    evidence     the first of the two runs that fails, None where none does
    pace         on the reference's inputs; None where it was not timed
    """

    kernel: Kernel
    variant: Variant
    comparison: Comparison
    shape: tuple[int, ...]
    own: Comparison
    passed_on: PassedOn | None
    evidence: Evidence | None = None
    pace: Pace | None = None


@dataclass(frozen=True)
class ImageReport:
    """One image through the whole network; `ends` holds what was seen on the way to the answer."""

    image: str
    kernels: tuple[KernelReport, ...]
    end_to_end: EndToEnd
    ends: Ends


def verify_image(
    session: Device,
    plan: Plan,
    weights: Arrays,
    uploaded: Uploaded,
    name: str,
    image: np.ndarray,
    lost: Mapping[str, Checked] | None = None,
    done: Callable[[], None] = lambda: None,
) -> ImageReport:
    """Run one image through every kernel twice: on the reference's inputs, and end to end.

    Kernels in `lost` are not run again: that is what came of them. `done` is called after each.
    """
    reports: list[KernelReport] = []
    ends = Ends(plan.network)
    for step in walk(session, plan, weights, uploaded, image, lost):
        reports.append(report_step(plan, step, name))
        ends.see(step)
        done()
    return ImageReport(name, tuple(reports), ends.report(), ends)


def report_step(plan: Plan, step: Step, image: str) -> KernelReport:
    """What is said of a kernel, with evidence where it fails."""
    kernel, born, own = step.kernel, step.born, step.own
    proof = None
    if born.comparison.verdict != "pass":
        proof = Evidence(born, image)
    elif own.comparison.verdict != "pass" and all_finite(step.live):
        proof = Evidence(own, f"{image}, on the device's own results")
    return KernelReport(
        kernel,
        plan.variants[kernel.name],
        born.comparison,
        step.reference.shape,
        own.comparison,
        None if step.output is None else passed_on(step.output, step.reference),
        proof,
        pace(born.question, born.run.seconds),
    )


def all_finite(operands: Operands) -> bool:
    """Whether a kernel works on numbers: what it makes of others' NaN is not held against it."""
    return all(o is None or bool(np.isfinite(o.host).all()) for o in operands)


def passed_on(output: np.ndarray, reference: np.ndarray) -> PassedOn:
    """How far an output is from the reference's."""
    largest = size = 0.0
    got, expected = output.reshape(-1), reference.reshape(-1)
    for start in range(0, got.size, PIECE):
        one, other = got[start : start + PIECE], expected[start : start + PIECE]
        with np.errstate(invalid="ignore"):
            error = np.abs(one.astype(np.float64) - other)
        same = (one == other) | (np.isnan(one) & np.isnan(other))
        error = np.where(same, 0.0, np.where(np.isfinite(error), error, np.inf))
        largest = max(largest, float(error.max()))
        size = max(size, float(np.max(np.abs(other), where=np.isfinite(other), initial=0.0)))
    return PassedOn(largest, largest / size if size else largest)


def verdict_of(reports: Iterable[ImageReport]) -> str:
    """pass only if there is an image, and every kernel and every answer of all of them passes."""
    found = [
        verdict
        for report in reports
        for verdict in (*(k.comparison.verdict for k in report.kernels), report.end_to_end.verdict)
    ]
    return "pass" if found and all(verdict == "pass" for verdict in found) else "fail"
