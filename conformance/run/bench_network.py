"""A network's kernels made ready to be timed, and whether what was timed is right."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clgold.device.timed import Asked, Timed, ready
from clgold.device.worker import Worker
from clgold.networks import Network, shapes
from clgold.networks.summary import summary_rows
from clgold.reference import find_layer
from clgold.reference.evaluate import evaluate

from .answer import decision
from .choose import Plan

# How far the last result may be from the reference's, as a share of its largest value. float32
# kernels of our networks stay within 1e-5 (`clgold verify NETWORK`, which is what judges them):
# further off, something else was timed.
FAR = 1e-3


def ready_network(worker: Worker, plan: Plan, arrays: Mapping[str, np.ndarray]) -> Timed:
    """The plan's kernels on these weights and this input, ready to be replayed; Lost."""
    known, network = shapes(plan.network), plan.network
    uploaded = {
        name: worker.upload(name, arrays[name]) for name in (*network.inputs, *network.weights)
    }
    zero = np.zeros((), np.float32)
    parts = []
    for kernel in plan.kernels:
        given = (None if o is None else np.broadcast_to(zero, known[o]) for o in kernel.operands)
        question = kernel.question(tuple(given))
        parts.append(
            Asked(plan.variants[kernel.name], question, kernel.operands, f"{kernel.output}")
        )
    return ready(worker, "network", parts, uploaded)


def kernel_operations(plan: Plan) -> dict[str, int]:
    """By kernel two for each multiply-add, as `clgold summary` counts them."""
    rows = {row.node: 2 * row.multiply_adds for row in summary_rows(plan.network)}
    return {kernel.name: sum(rows[node.name] for node in kernel.nodes) for kernel in plan.kernels}


def reference_values(network: Network, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """By the reference, the network's last result, and by its name the node of probabilities."""
    trace = dict(arrays)
    for node in network.nodes:
        operands = (None if o is None else trace[o] for o in node.operands)
        value = evaluate(find_layer(node.layer), tuple(operands), **node.attributes)
        trace[node.name] = value.astype(find_layer(node.layer).dtype)
    last = network.nodes[-1].name
    return {"": trace[last]} | {
        one: trace[one] for one in (network.answer, network.probability) if one
    }


@dataclass(frozen=True)
class Agreement:
    """How far the last result is from the reference's, and whether it gives the same class."""

    distance: float
    same: bool

    @property
    def right(self) -> bool:
        return self.same and self.distance <= FAR


def agreed(
    network: Network, got: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]
) -> Agreement:
    """A class is compared as such; a network without one by its last result alone."""
    value, whole = got[""], expected[""]
    if value.shape != whole.shape:
        return Agreement(float("inf"), False)
    if network.answer == network.nodes[-1].name:
        same = bool(np.array_equal(value, whole))
        layer = find_layer(next(n.layer for n in network.nodes if n.name == network.probability))
        chances = got.get(layer.name)
        if chances is None:
            return Agreement(0.0, same)
        return Agreement(distance(chances, expected[network.probability]), same)
    known = {network.probability: value}, {network.probability: whole}
    one, other = (decision(network, values)[0] for values in known)
    return Agreement(distance(value, whole), one == other)


def distance(got: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference as a share of the largest value; infinite where it is NaN."""
    largest = float(np.max(np.abs(expected), initial=0.0))
    found = float(np.max(np.abs(got.astype(np.float64) - expected), initial=0.0))
    return (found / largest if largest else found) if np.isfinite(found) else float("inf")
