"""The parts that networks are put together from: a node each, with the weights that it brings.

A weight bears its node's name: "conv1.weight" (filters, channels per group, height, width) or
(out, in), "conv1.bias" (filters,).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from clgold.reference.spec import Shape

from .network import Network, Node, Weight, one_each

# Seeded weights keep the mean square of what a ReLU lets through (He et al., arXiv:1502.01852).
RELU_GAIN = 2.0**0.5
BIAS_GAIN = 0.1


@dataclass(frozen=True)
class Part:
    """A node and its weights."""

    node: Node
    weights: Mapping[str, Weight] = field(default_factory=dict)


Parts = tuple[Part, ...]


def trained(name: str, shape: Shape, gain: float) -> dict[str, Weight]:
    """A weight (out, …) and its bias (out,)."""
    return {f"{name}.weight": Weight(shape, gain), f"{name}.bias": Weight(shape[:1], BIAS_GAIN)}


def conv(name: str, source: str, shape: Shape, gain: float = RELU_GAIN, **attributes: int) -> Part:
    """A convolution; shape (filters, channels per group, height, width)."""
    node = Node(name, "conv2d", (source, f"{name}.weight", f"{name}.bias"), attributes)
    return Part(node, trained(name, shape, gain))


def linear(name: str, source: str, shape: Shape, gain: float = RELU_GAIN) -> Part:
    """A fully connected layer; shape (out, in)."""
    node = Node(name, "linear", (source, f"{name}.weight", f"{name}.bias"))
    return Part(node, trained(name, shape, gain))


def plain(name: str, layer: str, source: str, **attributes: float) -> Part:
    """A layer of one operand and no weights."""
    return Part(Node(name, layer, (source,), attributes))


def max_pool(name: str, source: str, size: int, stride: int, **attributes: int) -> Part:
    """A max pooling with a square window."""
    return plain(name, "max_pool2d", source, kernel_size=size, stride=stride, **attributes)


def conv_relu(number: str, source: str, shape: Shape, **attributes: int) -> Parts:
    """The nodes conv{number} and relu{number}."""
    name = f"conv{number}"
    return conv(name, source, shape, **attributes), plain(f"relu{number}", "relu", name)


def linear_relu(number: int, source: str, shape: Shape) -> Parts:
    """The nodes fc{number} and relu{number}."""
    name = f"fc{number}"
    return linear(name, source, shape), plain(f"relu{number}", "relu", name)


def decision(source: str) -> Parts:
    """The nodes prob, the classes' probabilities, and class, the index of the largest."""
    return plain("prob", "softmax", source, dim=1), plain("class", "argmax", "prob", dim=1)


def assemble(name: str, title: str, inputs: Mapping[str, Shape], parts: Iterable[Part]) -> Network:
    """The network of these parts in order, the last two being those of `decision`."""
    every = tuple(parts)
    return Network(
        name=name,
        title=title,
        inputs=inputs,
        weights={key: weight for part in every for key, weight in part.weights.items()},
        kernels=one_each(tuple(part.node for part in every)),
        answer="class",
        probability="prob",
    )
