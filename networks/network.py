"""What a network is: nodes in order, grouped into kernels, and the arrays that feed them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clgold.reference import Chain, Layer, Question, ask, find_chain, find_layer
from clgold.reference.evaluate import Operands
from clgold.reference.operands import Operand
from clgold.reference.question import flat, resolve
from clgold.reference.spec import Shape

from .picture import UNIT, Picture


@dataclass(frozen=True)
class Node:
    """One layer: `operands` name nodes, inputs or weights in the layer's order, None if absent."""

    name: str
    layer: str
    operands: tuple[str | None, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kernel:
    """Nodes that one launch computes; the last one's output stands in `buffer`."""

    name: str
    buffer: str
    nodes: tuple[Node, ...]

    @property
    def layer(self) -> str:
        """The chain of its layers, as "conv2d+elu"."""
        return "+".join(node.layer for node in self.nodes)

    @property
    def chain(self) -> Chain:
        return find_chain(self.layer)

    @property
    def output(self) -> str:
        """The name of the node whose value it leaves behind."""
        return self.nodes[-1].name

    @property
    def operands(self) -> tuple[str | None, ...]:
        """What comes from outside, in the order of the chain's open operands."""
        own = {node.name for node in self.nodes}
        return tuple(o for node in self.nodes for o in node.operands if o not in own)

    def question(self, arrays: Operands) -> Question:
        """What the kernel is asked of these arrays, in the order of its operands."""
        return ask(self.chain, arrays, self.attributes)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The one layer's attributes, or one mapping per layer of a chain."""
        if len(self.nodes) == 1:
            return self.nodes[0].attributes
        return {node.layer: node.attributes for node in self.nodes}


@dataclass(frozen=True)
class Weight:
    """A trained array. Seeded values spread by `gain`/√(values per output) around `centre`."""

    shape: Shape
    gain: float = 1.0
    centre: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Network:
    """A network as data.

    inputs    the host's array and its shape (N, C, H, W)
    answer    the node with the class index, probability the one with the classes' probabilities;
              empty where there is none
    buffers   the device's names for arrays of the host, where they are not the host's with _buf
    output    the host's name for what comes back
    dropout   nodes of which training leaves out a share of the values, and that share
    picture   how an image becomes the input
    """

    name: str
    title: str
    inputs: Mapping[str, Shape]
    weights: Mapping[str, Weight]
    kernels: tuple[Kernel, ...]
    answer: str = ""
    probability: str = ""
    buffers: Mapping[str, str] = field(default_factory=dict)
    output: str = "output"
    dropout: Mapping[str, float] = field(default_factory=dict)
    picture: Picture = UNIT

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for kernel in self.kernels for node in kernel.nodes)


def one_each(nodes: tuple[Node, ...]) -> tuple[Kernel, ...]:
    """One kernel for every node."""
    return tuple(Kernel(node.name, f"{node.name}_buf", (node,)) for node in nodes)


def view(network: Network, fused: bool) -> tuple[Kernel, ...]:
    """The network's kernels as its author fused them, or one kernel for every node."""
    return network.kernels if fused else one_each(network.nodes)


def shapes(network: Network) -> dict[str, Shape]:
    """The shape of every input, weight and node; SpecError where they do not fit together."""
    known = {name: tuple(shape) for name, shape in network.inputs.items()}
    known |= {name: weight.shape for name, weight in network.weights.items()}
    for node in network.nodes:
        given = (None if o is None else known[o] for o in node.operands)
        known[node.name] = find_layer(node.layer).out_shape(*given, **node.attributes)
    return known


def complete_attributes(kernel: Kernel, known: Mapping[str, Shape]) -> Mapping[str, Any]:
    """The kernel's attributes, every one present and normalised."""
    given = tuple(None if o is None else known[o] for o in kernel.operands)
    return flat(kernel.chain, resolve(kernel.chain, given, kernel.attributes)[0])


def reader(network: Network, weight: str) -> tuple[Layer, Operand]:
    """The first layer that reads a weight, and as which of its operands."""
    for node in network.nodes:
        if weight in node.operands:
            layer = find_layer(node.layer)
            return layer, layer.declared(len(node.operands))[node.operands.index(weight)][1]
    raise KeyError(f"{network.name}: no node uses the weight {weight}")
