"""Between which two dumped buffers a fault lies: no kernel runs, the reference does.

Each dumped buffer is compared with what the reference makes of the nearest dumped ones before it;
the bounds of the kernels between are composed, as those of a fused kernel are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from clgold.networks import Network, Node
from clgold.reference import FULL, Enclosure, find_layer
from clgold.reference.layer import enclose

from ..compare import Comparison, Tolerance
from .stretch import Stretch, judge
from .trace import Dumped, Trace

Array = np.ndarray


@dataclass
class Ground:
    """What is known so far.

    values   by name what inputs, weights and nodes hold, as dumped or as computed from dumps
    between  by node those since the nearest dumps before it, itself last; sources: those dumps
    right    by dumped node whether it is as it should be
    """

    values: dict[str, Enclosure]
    between: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)


def bisect_trace(
    network: Network,
    weights: Mapping[str, Array],
    image: Array,
    trace: Trace,
    tolerance: Tolerance | None = None,
) -> tuple[Stretch, ...]:
    """Every dumped result, in the network's order, against the reference."""
    given = {**weights, next(iter(network.inputs)): image}
    ground = Ground({name: Enclosure(one.astype(np.float64)) for name, one in given.items()})
    needed = reached(network, trace)
    found = []
    for node in network.nodes:
        if node.name not in needed:
            continue
        right = computed(ground, node)
        if node.name not in trace.buffers:
            ground.values[node.name] = right
            continue
        stretch = begun(network, ground, node, right, trace.buffers)
        stretch = judge(stretch, ground.values, tolerance)
        ground.values[node.name] = Enclosure(stretch.got.astype(np.float64))
        ground.right[node.name] = stretch.verdict == "pass"
        found.append(stretch)
    return tuple(found)


def reached(network: Network, trace: Trace) -> set[str]:
    """The nodes that some dumped one depends on, by way of nodes that are not dumped."""
    needed: set[str] = set()
    for node in reversed(network.nodes):
        if node.name in trace.buffers or node.name in needed:
            needed.add(node.name)
            needed |= {o for o in node.operands if o is not None and o not in trace.buffers}
    return needed


def computed(ground: Ground, node: Node) -> Enclosure:
    """What the node gives for what is known, and how far an honest device's result may be."""
    operands = tuple(None if o is None else ground.values[o] for o in node.operands)
    between: dict[str, Node] = {}
    sources: dict[str, None] = {}
    for operand in node.operands:
        if operand in ground.between and operand not in ground.right:
            between |= {one.name: one for one in ground.between[operand]}
            sources |= dict.fromkeys(ground.sources[operand])
        elif operand is not None:
            sources[operand] = None
    ground.between[node.name] = (*between.values(), node)
    ground.sources[node.name] = tuple(sources)
    return enclose(find_layer(node.layer), operands, node.attributes, FULL)


def begun(
    network: Network,
    ground: Ground,
    node: Node,
    right: Enclosure,
    buffers: Mapping[str, Dumped],
) -> Stretch:
    """The stretch that ends with a dumped node, not yet judged."""
    own = {one.name for one in ground.between[node.name]}
    nodes = tuple(one for one in network.nodes if one.name in own)
    read = [name for name in ground.sources[node.name] if name not in network.weights]
    kernels = tuple(k.name for k in network.kernels if any(one in nodes for one in k.nodes))
    dumped = buffers[node.name]
    return Stretch(
        dumped.name,
        node.name,
        {buffers[n].name if n in buffers else n: ground.right.get(n, True) for n in read},
        nodes,
        kernels,
        dumped.values,
        right,
        Comparison("pass"),
    )
