"""The two ways to bisect: kernels on a device, and what another program dumped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.device.protocol import Device
from clgold.diagnosis.bisect.elsewhere import never_exercised
from clgold.diagnosis.bisect.engine import Bisection, bisect
from clgold.diagnosis.bisect.faults import (
    Fault,
    fault_of_kernel,
    fault_of_stretch,
    picture_answer,
    pictured,
    reproduced,
)
from clgold.diagnosis.bisect.other_images import other_input
from clgold.diagnosis.bisect.spread import recomputed
from clgold.diagnosis.bisect.stretch import Stretch
from clgold.diagnosis.bisect.stretches import bisect_trace
from clgold.diagnosis.bisect.trace import read_trace
from clgold.diagnosis.bisect.trace_inputs import trace_image, trace_weights
from clgold.diagnosis.explain.diagnose import agreed
from clgold.networks import Network

from ..judge.compare import Tolerance
from ..run.choose import Plan
from . import output_folder as written
from .bisect_json import device_json, trace_json
from .bisect_report import kernels_table, lacking_lines, stretches_table
from .options import tracked
from .report import device_text

if TYPE_CHECKING:
    from clgold.diagnosis.causes import Cause


@dataclass(frozen=True)
class Found:
    """The verdict, the faults, the JSON without them, and what the terminal shows before them."""

    verdict: str
    faults: tuple[Fault, ...]
    answer: dict[str, Any]
    parts: tuple[Any, ...]


def on_device(
    session: Device,
    plan: Plan,
    view: str,
    weights: dict[str, np.ndarray],
    pictures: dict[str, np.ndarray],
    seed: int,
    folder: Path,
) -> Found:
    """Every kernel on the device: the faults, the JSON, and what the terminal shows."""
    about, network = session.describe(), plan.network
    items = tracked(list(pictures.items()), f"bisect {network.name}")
    found = bisect(session, plan, weights, items, seed)
    faults = explained(found, weights, pictures)
    if faults:
        written.begin(folder)
        faults = repeated(session, found, faults, folder)
        faults = [pictured(fault, folder) for fault in faults]
        answers = [fault.picture for fault in faults if fault.picture is not None]
        name = found.faulty[0].image
        report = next(one for one in found.images if one.image == name)
        if picture_answer(network, report, pictures[name], folder / "answer.png"):
            answers.append(folder / "answer.png")
        written.remember(folder, answers)
    heading = f"{network.name} ({view}) on {device_text(about)}"
    lacking = never_exercised(network, plan.kernels)
    parts = (heading, kernels_table(found), *lacking_lines(lacking))
    verdict = "fail" if faults else "pass"
    answer = {**device_json(found, view, about), "never_exercised": list(lacking)}
    return Found(verdict, tuple(faults), answer, parts)


def explained(
    found: Bisection, weights: Mapping[str, np.ndarray], pictures: Mapping[str, np.ndarray]
) -> list[Fault]:
    """The faults; what explains one of a variant is tried first on the next ones of it."""
    traces: dict[str, dict[str, np.ndarray]] = {}
    known: dict[tuple[str, ...], tuple[Cause, ...]] = {}
    faults = []
    for node in found.faulty:
        if node.image not in traces:
            network, image = found.plan.network, pictures[node.image]
            start = {**weights, next(iter(network.inputs)): image}
            traces = {node.image: recomputed(network, start, {})}  # of one image: they are large
        kind = (node.kernel.layer, node.variant.name, node.verdict)
        causes = known.get(kind, ())
        fault = fault_of_kernel(found, node, traces[node.image], pictures, causes)
        faults.append(fault)
        why = fault.diagnosis.explanation
        if why is not None:
            known[kind] = tuple(dict.fromkeys((why.cause, *why.ties, *causes)))
    why_each = agreed([one.diagnosis for one in faults])
    return [replace(one, diagnosis=why) for one, why in zip(faults, why_each, strict=True)]


def repeated(
    session: Device, found: Bisection, faults: Sequence[Fault], folder: Path
) -> list[Fault]:
    """The faults with the smallest case of each; one for those of a variant that fail alike."""
    known: dict[tuple[str, ...], Fault] = {}
    repeatable = []
    for node, fault in zip(found.faulty, faults, strict=True):
        why = fault.diagnosis.explanation
        cause = why.cause.name if why else ""
        kind = (fault.layers, fault.variant, fault.found.verdict, cause)
        if kind not in known:
            known[kind] = reproduced(session, node, fault, folder)
        repeatable.append(replace(fault, reproduction=known[kind].reproduction))
    return repeatable


def of_trace(
    network: Network,
    dump: Path,
    images: Sequence[Path],
    weights: Mapping[str, np.ndarray],
    tolerance: Tolerance | None,
    folder: Path,
) -> Found:
    """Every dumped buffer: the faults, the JSON, and what the terminal shows."""
    trace = read_trace(dump, network)
    name, image = trace_image(network, trace, images)
    used, odd = trace_weights(network, trace, weights)
    seen = bisect_trace(network, used, image, trace, tolerance)
    other = other_input(network, used, (name, image), trace, tolerance, seen)
    if other is not None:
        odd = odd if other.fault is None else (*odd, other.fault)
        name += "" if other.fault is not None else ", its channels last"
        seen, image = other.stretches, other.image
    stretches = (*odd, *seen)
    faults = [fault_of_stretch(network, one, used, image) for one in stretches if one.faulty]
    if faults:
        written.begin(folder)
        faults = [pictured(fault, folder) for fault in faults]
        files = [fault.picture for fault in faults if fault.picture is not None]
        written.remember(folder, files)
    parts: list[Any] = [f"{network.name}: {dump}, input {name}", stretches_table(stretches)]
    parts += [f"not read: {', '.join(trace.ignored)}"] if trace.ignored else []
    parts += [*trace.said, *order_lines(stretches)]
    unseen = unjudged_kernels(network, stretches)
    parts += [f"not judged, for nothing behind it was dumped: {', '.join(unseen)}"] * bool(unseen)
    judged = any(one.verdict == "pass" for one in stretches)
    verdict = "fail" if faults else "pass" if judged else "vacuous"
    answer = trace_json(network.name, name, stretches, trace, unseen)
    return Found(verdict, tuple(faults), answer, tuple(parts))


def order_lines(stretches: Sequence[Stretch]) -> list[str]:
    """Buffers that are right, in another order: a line for each order."""
    found: dict[str, list[str]] = {}
    for one in stretches:
        if one.layout and not one.faulty and not one.told:
            found.setdefault(one.layout, []).append(one.buffer)
    return [f"{', '.join(names)}: right, in another order: {text}" for text, names in found.items()]


def unjudged_kernels(network: Network, stretches: Sequence[Stretch]) -> list[str]:
    """The kernels of which no buffer says anything."""
    judged = {name for one in stretches if not one.unjudged for name in one.kernels}
    return [kernel.name for kernel in network.kernels if kernel.name not in judged]
