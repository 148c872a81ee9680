"""Between which two dumped buffers a fault lies: no kernel runs, the reference does.

Each dumped buffer is compared with what the reference makes of the nearest dumped ones before it;
the bounds of the kernels between are composed, as those of a fused kernel are.
"""

from collections import Counter
from collections.abc import Container, Mapping

import numpy as np

from clgold.conformance.judge.compare import Comparison, Tolerance
from clgold.networks import Network, Node
from clgold.reference import FULL, Enclosure, find_layer
from clgold.reference.evaluate import enclose

from ..explain.orderings import kinds
from .formats import Format
from .stretch import AS_MOST, Stretch, judge
from .trace import Dumped, Trace

Array = np.ndarray
Stretches = tuple[Stretch, ...]


def bisect_trace(
    network: Network,
    weights: Mapping[str, Array],
    image: Array,
    trace: Trace,
    tolerance: Tolerance | None = None,
    off: float = 0.0,
) -> Stretches:
    """Every dumped result, in the network's order, against the reference.

    All of a dump stands in one order, if in another than the expected one: that in which fewest
    buffers are wrong. What is right in an order of its own is right. Weights that were not dumped
    may have been rounded to the dump's precision. The image is known to a share `off` of it.
    """
    source, narrow = next(iter(network.inputs)), trace.profile is not FULL
    share = off if source in trace.buffers else max(off, 2 * trace.profile.u if narrow else 0.0)
    known = Enclosure(image.astype(np.float64), share * np.abs(image.astype(np.float64)))

    def walked(usual: str, weights: Mapping[str, Array] = weights) -> Stretches:
        return walk(network, weights, known, trace, tolerance, usual)

    usual, found = "", walked("")
    if any(one.faulty and one.got.ndim == 4 and not one.told for one in found):
        tried = [(kind, walked(kind) if kind else found) for kind in orders_of(found)]
        usual, found = min([*tried, ("", found)], key=lambda one: faults(one[1]))
    if narrow and faults(found):
        kept = Format(trace.profile.name)
        rounded = {k: v if k in trace.buffers else kept.nearest(v) for k, v in weights.items()}
        found = min(found, walked(usual, rounded), key=faults)
    return found


def orders_of(found: Stretches) -> list[str]:
    """The kinds of order in which a dump may stand: of what is right, most usual first.

    If nothing is right that says anything, all that are in use.
    """
    votes = Counter(order_of(one) for one in found if tells_order(one))
    if votes or faults(found) == 1:
        return [kind for kind, _ in votes.most_common()]
    return kinds(next(one.got.shape for one in found if one.got.ndim == 4))


def faults(found: Stretches) -> int:
    return sum(one.faulty for one in found)


def tells_order(one: Stretch) -> bool:
    """Whether a buffer that is right says something of the order of images."""
    plane = one.got.shape[2:]
    images = one.got.ndim == 4 and one.got.shape[1] > 1 and plane != (1, 1)
    return images and not one.told and one.verdict == "pass"


def order_of(one: Stretch) -> str:
    """The kind of order in which a buffer stands; empty for the expected one."""
    return one.layout.removesuffix(AS_MOST).partition(" (")[0].partition(" padded")[0]


def walk(
    network: Network,
    weights: Mapping[str, Array],
    image: Enclosure,
    trace: Trace,
    tolerance: Tolerance | None,
    usual: str,
) -> Stretches:
    """Every dumped result, those that are wrong taken to stand in the `usual` kind of order."""
    buffers = trace.buffers
    between = {
        node.name: since(network, node, buffers) for node in network.nodes if node.name in buffers
    }
    needed = {one.name for nodes in between.values() for one in nodes}
    values = {name: Enclosure(one.astype(np.float64)) for name, one in weights.items()}
    values[next(iter(network.inputs))] = image
    found: dict[str, Stretch] = {}
    for node in network.nodes:
        if node.name not in needed:
            continue
        operands = tuple(None if o is None else values[o] for o in node.operands)
        layer = find_layer(node.layer)
        values[node.name] = enclose(layer, operands, node.attributes, trace.profile)
        if node.name in buffers:
            right = {name: one.verdict == "pass" for name, one in found.items()}
            new = begun(network, between[node.name], values[node.name], buffers, right)
            found[node.name] = judge(new, values, tolerance, usual)
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
    sources = {
        buffers[name].name if name in buffers else name: right.get(name, name in buffers or None)
        for name in read
        if name not in network.weights
    }
    return Stretch(
        dumped.name,
        nodes[-1].name,
        sources,
        nodes,
        tuple(k.name for k in network.kernels if own & {one.name for one in k.nodes}),
        dumped.values,
        expected,
        Comparison("pass"),
        dumped.layout,
        dumped.format,
        bool(dumped.layout),
    )
