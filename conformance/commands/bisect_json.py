"""A bisection as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from clgold.diagnosis.bisect.engine import Bisection, NodeReport
from clgold.diagnosis.bisect.faults import Fault
from clgold.diagnosis.bisect.stretch import Stretch
from clgold.diagnosis.bisect.trace import Trace

from ..judge.compare import Comparison
from .bisect_report import command_text, place_text
from .report import diagnosis_json, worst_json

Json = dict[str, Any]


def device_json(bisection: Bisection, view: str, device: Mapping[str, Any]) -> Json:
    """What ran, kernel by kernel."""
    return {
        "kind": "bisect-network",
        "network": bisection.plan.network.name,
        "view": view,
        "device": dict(device),
        "images": [image.image for image in bisection.images],
        "nodes": [node_json(node) for node in bisection.nodes],
        "end_to_end": [
            {"image": image.image, **asdict(image.end_to_end)} for image in bisection.images
        ],
    }


def node_json(node: NodeReport) -> Json:
    """A kernel's errors: born there, on the device's own inputs, passed on."""
    passed = node.passed_on
    return {
        "name": node.kernel.name,
        "layer": node.kernel.layer,
        "variant": node.variant.name,
        "shape": list(node.shape),
        "verdict": node.verdict,
        "image": node.image,
        "born": comparison_json(node.born),
        "own": comparison_json(node.own),
        "passed_on": None if passed is None else vars(passed),
        "probes": {name: comparison_json(found) for name, found in node.probes.items()},
    }


def trace_json(
    network: str, image: str, stretches: Sequence[Stretch], trace: Trace, unjudged: Sequence[str]
) -> Json:
    """What was dumped, buffer by buffer; `unjudged` are the kernels of which nothing was."""
    return {
        "kind": "bisect-network",
        "network": network,
        "view": "trace",
        "device": None,
        "images": [image],
        "ignored": list(trace.ignored),
        "said": list(trace.said),
        "not_judged": list(unjudged),
        "nodes": [stretch_json(one) for one in stretches],
    }


def stretch_json(one: Stretch) -> Json:
    """A buffer's error, which is born in the kernels since the buffers that it is computed from."""
    return {
        "name": one.buffer,
        "node": one.node,
        "layer": "+".join(node.layer for node in one.nodes),
        "kernels": list(one.kernels),
        "from": dict(one.sources),
        "variant": None,
        "shape": list(one.right.value.shape),
        "order": one.layout or None,
        "dtype": one.format.name,
        "verdict": one.verdict,
        "born": comparison_json(one.found),
        "passed_on": None,
    }


def comparison_json(found: Comparison) -> Json:
    return {**vars(found), "worst": worst_json(found.worst)}


def fault_json(fault: Fault) -> Json:
    """A fault, as far as it is known."""
    diagnosis, again = fault.diagnosis, fault.reproduction
    return {
        "node": fault.node,
        "layer": fault.layer,
        "layers": fault.layers,
        "variant": fault.variant or None,
        "source": str(fault.sources[0]) if fault.sources else None,
        "kernels": [str(path) for path in fault.sources[1:]],
        "between": fault.between or None,
        "verdict": fault.found.verdict,
        "message": fault.found.message,
        "shows": list(dict.fromkeys(map(place_text, fault.shows))),
        "worst": [worst_json(one) for one in diagnosis.worst],
        **diagnosis_json(diagnosis),
        "spread": fault.spread
        and {
            **vars(fault.spread),
            "reaches": [vars(one) for one in fault.spread.reaches],
        },
        "reproduction": again
        and {
            "path": None if again.path is None else str(again.path),
            "command": None if again.path is None else command_text(again.path),
            "case": again.case,
            "verdict": again.verdict,
            "message": again.message,
        },
        "picture": None if fault.picture is None else str(fault.picture),
    }
