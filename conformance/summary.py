"""A network in numbers: the plan of its buffers, and the table of its layers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clgold.networks import Kernel, Network, Node, shapes
from clgold.networks.network import complete_attributes
from clgold.reference import find_layer
from clgold.reference.spec import Shape
from clgold.reference.windows import unseen


@dataclass(frozen=True)
class Array:
    """An array of the host or the device: its name, shape, elements and the count's number."""

    name: str
    shape: Shape
    count: int
    number: str


@dataclass(frozen=True)
class PlanRow:
    """A kernel, the host arrays that it is first to need, and its device buffers."""

    kernel: str
    layers: str
    host: tuple[Array, ...]
    reads: tuple[Array, ...]
    writes: Array
    returns: Array | None


def plan_rows(network: Network) -> tuple[PlanRow, ...]:
    """The kernels with their arrays. N1, N2, … number the element counts as they first appear."""
    known = shapes(network)
    numbers: dict[int, str] = {}
    buffers = dict(network.buffers) | {k.output: k.buffer for k in network.kernels}
    buffers |= {name: f"{name}_buf" for name in network.weights}

    def array(name: str, key: str) -> Array:
        count = math.prod(known[key])
        return Array(name, known[key], count, numbers.setdefault(count, f"N{len(numbers) + 1}"))

    rows = []
    seen: set[str] = set()
    for kernel in network.kernels:
        needed = dict.fromkeys(o for o in ordered(network, kernel) if o is not None)
        hosted = [o for o in needed if (o in network.weights or o in network.inputs)]
        host = tuple(array(o, o) for o in hosted if o not in seen)
        seen |= set(hosted)
        reads = tuple(array(buffers[o], o) for o in needed)
        writes = array(kernel.buffer, kernel.output)
        last = kernel is network.kernels[-1]
        returns = array(network.output, kernel.output) if last else None
        rows.append(PlanRow(kernel.name, kernel.layer, host, reads, writes, returns))
    return tuple(rows)


def ordered(network: Network, kernel: Kernel) -> tuple[str | None, ...]:
    """The kernel's operands as a host binds them: images and results, then weights."""
    operands = [o for o in kernel.operands if o is not None]
    return tuple(sorted(operands, key=lambda o: (o in network.weights, o not in network.inputs)))


@dataclass(frozen=True)
class SummaryRow:
    """A layer's output shape and costs. `unseen` counts the last input rows and columns that no
    window reaches; moving statistics are not trained and do not count as parameters.
    """

    node: str
    layer: str
    shape: Shape
    activations: int
    weights: int
    biases: int
    multiply_adds: int
    bytes: int
    unseen: tuple[int, int]

    @property
    def parameters(self) -> int:
        return self.weights + self.biases


def summary_rows(network: Network) -> tuple[SummaryRow, ...]:
    """One row for every node."""
    known = shapes(network)
    return tuple(summarise(network, node, known) for node in network.nodes)


def summarise(network: Network, node: Node, known: Mapping[str, Shape]) -> SummaryRow:
    layer, shape = find_layer(node.layer), known[node.name]
    operands = dict(zip(layer.operands, node.operands, strict=False))
    trained = {
        name: math.prod(known[operand])
        for name, operand in operands.items()
        if operand is not None and operand in network.weights and not name.startswith("running_")
    }
    attributes = complete_attributes(Kernel(node.name, node.name, (node,)), known)
    bias = trained.pop("bias", 0)
    weight = sum(trained.values())
    activations = math.prod(shape)
    given = tuple(None if o is None else known[o] for o in node.operands)
    return SummaryRow(
        node.name,
        node.layer,
        shape,
        activations,
        weight,
        bias,
        multiply_adds(node.layer, given, shape),
        4 * activations,
        unseen_edge(given[0], given, attributes),
    )


def multiply_adds(layer: str, given: tuple[Shape | None, ...], shape: Shape) -> int:
    """Products that are added up; those of padding count as well."""
    if layer in ("conv2d", "linear") and given[1] is not None:
        return math.prod(shape) * math.prod(given[1][1:])
    per_element = {"batch_norm": 1, "affine_grid": 3, "grid_sample": 4}
    return math.prod(shape) * per_element.get(layer, 0)


def unseen_edge(
    image: Shape | None, given: tuple[Shape | None, ...], attributes: Mapping[str, Any]
) -> tuple[int, int]:
    """The last rows and columns of the input that no window sees."""
    if image is None or "stride" not in attributes or attributes.get("ceil_mode"):
        return 0, 0
    kernel = attributes.get("kernel_size") or (given[1] or image)[2:]
    rows, columns = (
        unseen(
            image[2 + k],
            kernel[k],
            attributes["stride"][k],
            attributes["padding"][k],
            attributes.get("dilation", (1, 1))[k],
        )
        for k in (0, 1)
    )
    return rows, columns
