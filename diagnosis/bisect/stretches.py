"""Between which two dumped buffers a fault lies: no kernel runs, the reference does.

Each dumped buffer is compared with what the reference makes of the nearest dumped ones before it;
the bounds of the kernels between are composed, as those of a fused kernel are.
"""

from collections.abc import Container, Mapping

import numpy as np

from clgold.conformance.judge.compare import Comparison, Tolerance
from clgold.networks import Network, Node
from clgold.reference import FULL, Enclosure, find_layer
from clgold.reference.evaluate import enclose

from .stretch import Stretch, judge
from .trace import Dumped, Trace

Array = np.ndarray


def bisect_trace(
    network: Network,
    weights: Mapping[str, Array],
    image: Array,
    trace: Trace,
    tolerance: Tolerance | None = None,
) -> tuple[Stretch, ...]:
    """Every dumped result, in the network's order, against the reference."""
    buffers = trace.buffers
    between = {
        node.name: since(network, node, buffers) for node in network.nodes if node.name in buffers
    }
    needed = {one.name for nodes in between.values() for one in nodes}
    given = {**weights, next(iter(network.inputs)): image}
    values = {name: Enclosure(one.astype(np.float64)) for name, one in given.items()}
    found: dict[str, Stretch] = {}
    for node in network.nodes:
        if node.name not in needed:
            continue
        operands = tuple(None if o is None else values[o] for o in node.operands)
        values[node.name] = enclose(find_layer(node.layer), operands, node.attributes, FULL)
        if node.name in buffers:
            right = {name: one.verdict == "pass" for name, one in found.items()}
            new = begun(network, between[node.name], values[node.name], buffers, right)
            found[node.name] = judge(new, values, tolerance)
            values[node.name] = Enclosure(found[node.name].got.astype(np.float64))
    return tuple(found.values())


def since(network: Network, node: Node, dumped: Container[str]) -> tuple[Node, ...]:
    """The nodes that make this one of the nearest dumped ones before it, in order; itself last."""
    own, found = {node.name}, []
    for one in reversed(network.nodes):
        if one.name in own:
            found.append(one)
            own |= {o for o in one.operands if o is not None and o not in dumped}
    return tuple(reversed(found))


def begun(
    network: Network,
    nodes: tuple[Node, ...],
    expected: Enclosure,
    buffers: Mapping[str, Dumped],
    right: Mapping[str, bool],
) -> Stretch:
    """The stretch that ends with a dumped node, not yet judged; `right` are those before it."""
    own, dumped = {one.name for one in nodes}, buffers[nodes[-1].name]
    read = [o for one in nodes for o in one.operands if o is not None and o not in own]
    return Stretch(
        dumped.name,
        nodes[-1].name,
        {
            buffers[name].name if name in buffers else name: right.get(name, True)
            for name in read
            if name not in network.weights
        },
        nodes,
        tuple(k.name for k in network.kernels if own & {one.name for one in k.nodes}),
        dumped.values,
        expected,
        Comparison("pass"),
    )
