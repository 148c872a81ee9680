"""A network on a device: every kernel on the reference's inputs, and all of them end to end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.device.catalogue import choose
from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.networks import Kernel, Network, view
from clgold.networks.network import complete_attributes, shapes

from .check import Checked, check
from .compare import Comparison, Tolerance

Arrays = Mapping[str, np.ndarray]
Uploaded = Mapping[str, Any]  # what a session's or a worker's `upload` returned


@dataclass(frozen=True)
class KernelReport:
    """What is said of one kernel on one image."""

    kernel: Kernel
    variant: Variant
    comparison: Comparison
    shape: tuple[int, ...]


@dataclass(frozen=True)
class EndToEnd:
    """The answer for one image, every kernel having worked on the device's own results.

    Each kernel's output is compared with the reference on the same inputs, so nothing needs to be
    propagated: `budget_used` is the largest share of a bound, `message` names the first kernel
    beyond. Where all are within, a class other than the reference's is a tie, and no error.
    """

    verdict: str
    message: str
    budget_used: float
    reference_class: int
    reference_probability: float
    device_class: int | None = None
    device_probability: float | None = None


@dataclass(frozen=True)
class ImageReport:
    """One image through the whole network."""

    image: str
    kernels: tuple[KernelReport, ...]
    end_to_end: EndToEnd


@dataclass(frozen=True)
class Plan:
    """What is run: a network's kernels in one view, each with its variant."""

    network: Network
    kernels: tuple[Kernel, ...]
    variants: Mapping[str, Variant]
    tolerance: Tolerance | None = None


class NoVariant(ValueError):
    """A kernel of the network that no variant computes."""


def plan_run(
    network: Network,
    fused: bool,
    variants: Sequence[Variant],
    tolerance: Tolerance | None = None,
) -> Plan:
    """Choose a variant for every kernel of the view; NoVariant if there is none."""
    known = shapes(network)
    kernels = view(network, fused)
    chosen: dict[str, Variant] = {}
    for kernel in kernels:
        given = tuple(None if o is None else known[o] for o in kernel.operands)
        variant = choose(variants, kernel.layer, given, complete_attributes(kernel, known))
        if variant is None:
            raise NoVariant(f"{network.name}: no variant computes {kernel.layer} ({kernel.name})")
        chosen[kernel.name] = variant
    return Plan(network, kernels, chosen, tolerance)


def upload_weights(session: Session | Worker, network: Network, weights: Arrays) -> dict[str, Any]:
    """The weights on the device, by name."""
    return {name: session.upload(name, weights[name]) for name in network.weights}


def verify_image(
    session: Session | Worker,
    plan: Plan,
    weights: Arrays,
    uploaded: Uploaded,
    name: str,
    image: np.ndarray,
) -> ImageReport:
    """Run one image through every kernel twice: on the reference's inputs, and end to end."""
    source = next(iter(plan.network.inputs))
    trace = dict(weights) | {source: image}
    reports = []
    for kernel in plan.kernels:
        operands = tuple(
            None if o is None else uploaded.get(o) or session.upload(o, trace[o])
            for o in kernel.operands
        )
        checked = check_kernel(session, plan, kernel, operands, precise=True)
        for node in kernel.nodes:
            trace[node.name] = checked.expected[node.layer].value
        trace[kernel.output] = trace[kernel.output].astype(kernel.chain.dtype)
        reports.append(
            KernelReport(
                kernel,
                plan.variants[kernel.name],
                checked.comparison,
                trace[kernel.output].shape,
            )
        )
    start = {**uploaded, source: session.upload(source, image)}
    return ImageReport(name, tuple(reports), end_to_end(session, plan, start, trace))


def check_kernel(
    session: Session | Worker,
    plan: Plan,
    kernel: Kernel,
    operands: tuple[Any, ...],
    precise: bool,
) -> Checked:
    """The kernel's variant on these operands against the reference."""
    variant = plan.variants[kernel.name]
    return check(
        session, variant, kernel.chain, operands, kernel.attributes, plan.tolerance, precise
    )


def end_to_end(
    session: Session | Worker,
    plan: Plan,
    arrays: Uploaded,
    reference: Mapping[str, np.ndarray],
) -> EndToEnd:
    """Every kernel on the device's own results; class and probability beside the reference's."""
    network = plan.network
    live, seen = dict(arrays), {}
    message, used = "", 0.0
    for kernel in plan.kernels:
        operands = tuple(None if o is None else live[o] for o in kernel.operands)
        checked = check_kernel(session, plan, kernel, operands, precise=False)
        found = checked.comparison
        used = max(used, found.budget_used)
        if found.verdict != "pass" and not message:
            message = f"{kernel.name} fails on the device's own results: {found.message}"
        output = checked.run.output
        if output is None or output.host is None or unlike(output, reference[kernel.output]):
            break  # the next kernel cannot work on that
        live[kernel.output] = output
        seen[kernel.output] = output.host
        by_layer = {node.layer: node.name for node in kernel.nodes}
        seen |= {by_layer.get(layer, layer): values for layer, values in checked.run.kept.items()}
    best = int(reference[network.answer].ravel()[0])
    answer = seen.get(network.answer)
    index = None if answer is None else int(answer.ravel()[0])
    return EndToEnd(
        "wrong" if message else "pass",
        message,
        used,
        best,
        float(reference[network.probability].ravel()[best]),
        index,
        probability_of(seen.get(network.probability), index),
    )


def unlike(output: Any, expected: np.ndarray) -> bool:
    """Whether the output is of another shape or dtype."""
    return output.shape != expected.shape or output.dtype != expected.dtype


def probability_of(chances: np.ndarray | None, found: int | None) -> float | None:
    """The device's own probability of the class that it found."""
    if chances is None or found is None or not 0 <= found < chances.size:
        return None
    return float(chances.ravel()[found])


def verdict_of(reports: Iterable[ImageReport]) -> str:
    """pass only if there is an image, and every kernel and every answer of all of them passes."""
    found = [
        verdict
        for report in reports
        for verdict in (*(k.comparison.verdict for k in report.kernels), report.end_to_end.verdict)
    ]
    return "pass" if found and all(verdict == "pass" for verdict in found) else "fail"
