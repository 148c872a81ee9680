"""How fast a kernel was: its work by the summary's counts, over the median of its times."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from statistics import median
from typing import Any

from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.golden.cases import Case
from clgold.networks import Kernel, shapes
from clgold.networks.network import complete_attributes
from clgold.reference import Question
from clgold.reference.spec import Shape

from ..judge.assess import upload
from .choose import Plan

REPETITIONS = 20
MOST_OPERATIONS = 2**31  # of a kernel that is timed beside others


@dataclass(frozen=True)
class Pace:
    """The median time in seconds; 2 operations for each multiply-add, bytes read and written."""

    seconds: float
    operations: int
    nbytes: int

    @property
    def text(self) -> str:
        """The time, and GFLOP/s or, where nothing is multiplied and added, GB/s."""
        return f"{time_text(self.seconds)}, {self.rate_text}"

    @property
    def rate_text(self) -> str:
        if self.operations:
            return f"{self.operations / self.seconds / 1e9:.3g} GFLOP/s"
        return f"{self.nbytes / self.seconds / 1e9:.3g} GB/s"


def time_text(seconds: float) -> str:
    """Three digits in a unit that suits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def pace(question: Question, times: tuple[float, ...]) -> Pace | None:
    """The pace of launches that took these times, each all of a run's kernels; None without any."""
    if not times or not median(times) > 0:
        return None
    shapes = [shape for shape in (*question.shapes, question.shape) if shape is not None]
    return Pace(median(times), operations(question), 4 * sum(map(prod, shapes)))


def operations(question: Question) -> int:
    """Two for each multiply-add of every layer, as `clgold summary` counts them."""
    outputs = iter(question.outputs)
    found = 0

    def count(step: Any, shapes: tuple[Any, ...]) -> Any:
        nonlocal found
        shape = next(outputs)
        found += 2 * prod(shape) * step.layer.depth(shapes, step.attributes)
        return shape

    question.fold(count, question.shapes)
    return found


def measured(device: Device, variant: Variant, question: Question) -> Pace | None:
    """The pace over REPETITIONS more runs; None where it does not run."""
    arrays = upload(device, question)
    run = device.run(variant, question, arrays, times=REPETITIONS)
    device.drop(*arrays, run.output)
    return pace(question, run.seconds)


@dataclass(frozen=True)
class Race:
    """A variant and ours on one case, measured in one run."""

    variant: Variant
    case: Case
    own: Pace
    naive: Pace | None
    best: Pace | None
    best_name: str


def race(device: Device, variant: Variant, case: Case, ours: tuple[Variant, ...]) -> Race | None:
    """The variant beside our naive one and the fastest of ours; None where it does not run."""
    question = case.question
    own = measured(device, variant, question)
    if own is None:
        return None
    others = {
        one.name: found
        for one in candidates(ours, case.layer)
        if not one.refusal(question.shapes, question.flat)
        and (found := measured(device, one, question)) is not None
    }
    best = min(others, key=lambda name: others[name].seconds, default="")
    return Race(variant, case, own, others.get("naive"), others.get(best), best)


def kernel_case(kernel: Kernel, known: Mapping[str, Shape], seed: int = 0) -> Case:
    """A case with the kernel's shapes and attributes; known: the network's `shapes`."""
    given = tuple(None if o is None else known[o] for o in kernel.operands)
    return Case(kernel.layer, "real", given, complete_attributes(kernel, known), seed)


def raced_kernels(device: Device, plan: Plan) -> list[Race]:
    """Every kernel of a network beside ours, at its own shapes; those of a kind once.

    Not those of so much work that a naive kernel would take minutes.
    """
    known, found = shapes(plan.network), {}
    for kernel in plan.kernels:
        case = kernel_case(kernel, known)
        variant = plan.variants[kernel.name]
        if (variant, str(case)) not in found and operations(case.question) <= MOST_OPERATIONS:
            found[variant, str(case)] = race(device, variant, case, VARIANTS)
    return [one for one in found.values() if one is not None]
