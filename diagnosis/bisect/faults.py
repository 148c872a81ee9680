"""What a bisection says of each fault: elements, cause, where the error goes, how to repeat it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clgold.conformance.judge.compare import Comparison, wrong_elements
from clgold.conformance.run.network import ImageReport
from clgold.device.protocol import Device
from clgold.networks import Network
from clgold.reference.spec import InputError

from ..explain.diagnose import Diagnosis, diagnose
from .engine import Bisection, NodeReport, on_probes_alone
from .spread import Spread, spread
from .stretch import Stretch, explain_stretch

if TYPE_CHECKING:
    from ..causes import Cause
    from ..reproduce import Reproduction

Array = np.ndarray
# Further runs of a kernel that a cause is weighed on, or as many as have so many elements.
FURTHER, ELEMENTS = 3, 256


@dataclass(frozen=True)
class Fault:
    """One fault, as far as it is known.

    node       the kernel, or of a trace the kernels between two buffers, joined by " or "
    variant    and its files; empty in a trace, where no kernel runs
    shows      the images and probes that show it, the one that is described first
    between    of a trace, between which buffers it lies, in words
    spread     None where no image shows it, or nothing is handed on
    """

    node: str
    layers: str
    variant: str
    sources: tuple[Path, ...]
    found: Comparison
    shows: tuple[str, ...]
    diagnosis: Diagnosis
    between: str = ""
    spread: Spread | None = None
    reproduction: "Reproduction | None" = None
    picture: Path | None = None

    @property
    def layer(self) -> str:
        """At which it starts, or all that may be."""
        return self.diagnosis.layer


def fault_of_kernel(
    bisection: Bisection,
    node: NodeReport,
    weights: Mapping[str, Array],
    pictures: Mapping[str, Array],
    known: Sequence["Cause"] = (),
) -> Fault:
    """A kernel's fault, from the run that shows it most; `known` are causes to try first."""
    first, *others = node.evidence
    count = max(FURTHER, ELEMENTS // prod(node.shape))
    diagnosis = diagnose(first, others[:count], known)
    goes = None
    if not on_probes_alone(node) and diagnosis.result:
        names = {one.layer: one.name for one in node.kernel.nodes}
        image = pictures[node.image]
        where, network = names[diagnosis.result], bisection.plan.network
        goes = consequences(network, weights, image, where, diagnosis)
    return Fault(
        node.kernel.name,
        node.kernel.layer,
        node.variant.name,
        tuple(dict.fromkeys((node.variant.source, *first.checked.run.sources))),
        first.checked.comparison,
        tuple(one.shows for one in node.evidence),
        diagnosis,
        spread=goes,
    )


def fault_of_stretch(
    network: Network,
    stretch: Stretch,
    weights: Mapping[str, Array],
    image: Array,
) -> Fault:
    """The fault between a dumped buffer and those before it."""
    diagnosis = explain_stretch(stretch)
    goes = None
    if stretch.nodes:
        goes = consequences(network, weights, image, stretch.node, diagnosis)
    layers = "+".join(node.layer for node in stretch.nodes)
    return Fault(
        " or ".join(stretch.kernels),
        layers,
        "",
        (),
        stretch.found,
        ("the trace",),
        diagnosis,
        stretch.between,
        goes,
    )


def consequences(
    network: Network,
    weights: Mapping[str, Array],
    image: Array,
    node: str,
    diagnosis: Diagnosis,
) -> Spread | None:
    """Where the wrong elements go, all others being right; None for a result of no use."""
    got, right = diagnosis.got, diagnosis.expected
    if got is None or right is None or got.shape != right.value.shape:
        return None
    wrong = wrong_elements(got, right)
    return spread(network, weights, image, node, right.value, np.where(wrong, got, right.value))


def reproduced(session: Device, node: NodeReport, fault: Fault, folder: Path) -> Fault:
    """The fault with the smallest case that shows it, in the folder."""
    from ..reproduce import reproduce

    failed, name = node.evidence[0].checked, file_name(fault.node)
    found = reproduce(session, node.variant, failed, folder, name)
    return replace(fault, reproduction=found)


def pictured(fault: Fault, folder: Path) -> Fault:
    """The fault with a picture of the wrong result, where it has more than one element."""
    got, right = fault.diagnosis.got, fault.diagnosis.expected
    if got is None or right is None or got.shape != right.value.shape or got.size < 2:
        return fault
    from ..explain.picture import difference_picture

    path = folder / f"{file_name(fault.node)}.png"
    title = f"{fault.node}: {fault.diagnosis.result} on {fault.shows[0].split(':')[0]}"
    try:
        difference_picture(path, right, got, title, fault.diagnosis.result)
    except OSError as reason:
        raise InputError(f"--output {folder}: cannot be written: {reason.strerror}") from None
    return replace(fault, picture=path)


def file_name(node: str) -> str:
    """A node's name as a file's."""
    return re.sub(r"[^\w.+-]+", "_", node)


def picture_answer(network: Network, report: ImageReport, image: Array, path: Path) -> bool:
    """Draw input, warped image and class of reference and device; False without a warp."""
    from ..explain.picture import answer_picture

    end, ends = report.end_to_end, report.ends
    warped = [name for name in ends.reference if name not in (network.answer, network.probability)]
    if not warped:
        return False
    rows = []
    for label, seen, index, chance in (
        ("reference", ends.reference, end.reference_class, end.reference_probability),
        ("device", ends.device, end.device_class, end.device_probability),
    ):
        known = "none" if index is None else str(index)
        sure = "" if chance is None else f", p = {chance:.3f}"
        panels = [("input", image), *((name, seen[name]) for name in warped if name in seen)]
        rows.append((f"{label}: class {known}{sure}", panels))
    answer_picture(path, rows)
    return True
