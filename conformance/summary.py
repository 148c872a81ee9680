"""A network in numbers: a row for the input and for every layer, and their sums."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from clgold.networks import Kernel, Network, Node, shapes
from clgold.networks.network import complete_attributes
from clgold.reference import find_layer
from clgold.reference.spec import Shape
from clgold.reference.windows import unseen

# Layers that can write over what they read, or leave no values behind: no activations of their own.
IN_PLACE = {
    *("relu", "elu", "tanh", "sigmoid", "softmax", "log_softmax", "scale_shift"),
    *("flatten", "reshape", "argmax"),
}
# Products that are added up for every element of the output, where that is no matter of shapes.
PER_ELEMENT = {"batch_norm": 1, "scale_shift": 1, "affine_grid": 3, "grid_sample": 4}
COUNTS = ("activations", "parameters", "weights", "biases", "multiply_adds", "bytes")


@dataclass(frozen=True)
class SummaryRow:
    """The output shape and costs of a layer, or of the input, which has none but its size.

    activations  values that have to be kept, 0 where the layer works in place; `bytes` is theirs
    weights      and biases: what is trained; a normalisation's moving statistics are not
    unseen       the last rows and columns of the layer's input that no window reaches
    """

    node: str
    layer: str
    shape: Shape
    activations: int
    weights: int = 0
    biases: int = 0
    multiply_adds: int = 0
    unseen: tuple[int, int] = (0, 0)

    @property
    def parameters(self) -> int:
        return self.weights + self.biases

    @property
    def bytes(self) -> int:
        return 4 * self.activations


def summary_rows(network: Network) -> tuple[SummaryRow, ...]:
    """One row for every input and every node."""
    known = shapes(network)
    inputs = (SummaryRow(o, "input", s, math.prod(s)) for o, s in network.inputs.items())
    return (*inputs, *(summarise(network, node, known) for node in network.nodes))


def summarise(network: Network, node: Node, known: Mapping[str, Shape]) -> SummaryRow:
    layer, shape = find_layer(node.layer), known[node.name]
    operands = dict(zip(layer.names(len(node.operands)), node.operands, strict=True))
    trained = {
        name: math.prod(known[operand])
        for name, operand in operands.items()
        if operand is not None and operand in network.weights and not name.startswith("running_")
    }
    attributes = complete_attributes(Kernel(node.name, node.name, (node,)), known)
    given = tuple(None if o is None else known[o] for o in node.operands)
    bias = trained.pop("bias", 0)
    return SummaryRow(
        node.name,
        node.layer,
        shape,
        0 if node.layer in IN_PLACE else math.prod(shape),
        sum(trained.values()),
        bias,
        multiply_adds(node.layer, given, shape, attributes),
        unseen_edge(node.layer, given, attributes),
    )


def totals(rows: Sequence[SummaryRow]) -> dict[str, int]:
    """The sums of the counts."""
    return {name: sum(getattr(row, name) for row in rows) for name in COUNTS}


def summary_json(network: Network, rows: Sequence[SummaryRow]) -> dict[str, Any]:
    """The rows with all of their counts, and the sums."""
    layers = [asdict(row) | {name: getattr(row, name) for name in COUNTS} for row in rows]
    return {"network": network.name, "layers": layers, "total": totals(rows)}


def summary_csv(rows: Sequence[SummaryRow]) -> str:
    """The same as a table of text, the sums in its last line."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("node", "layer", "shape", *COUNTS, "unseen_rows", "unseen_columns"))
    for row in rows:
        shape = "x".join(map(str, row.shape))
        counts = (getattr(row, name) for name in COUNTS)
        table.writerow((row.node, row.layer, shape, *counts, *row.unseen))
    table.writerow(("total", "", "", *totals(rows).values(), "", ""))
    return text.getvalue()


def multiply_adds(
    layer: str,
    given: tuple[Shape | None, ...],
    shape: Shape,
    attributes: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Products that are added up; those of padding count as well."""
    each = PER_ELEMENT.get(layer, 0)
    if layer in ("conv2d", "linear") and given[1] is not None:
        each = math.prod(given[1][1:])
    if layer == "local2d" and given[1] is not None:
        each = math.prod(given[1][3:6])
    if layer == "local_response_norm":
        each = attributes.get("size", 0)
    return math.prod(shape) * each


def unseen_edge(
    layer: str, given: tuple[Shape | None, ...], attributes: Mapping[str, Any]
) -> tuple[int, int]:
    """The last rows and columns of the input that no window sees."""
    image, *rest = given
    if image is None or "stride" not in attributes or attributes.get("ceil_mode"):
        return 0, 0
    kernel = attributes.get("kernel_size") or kernel_of(layer, rest[0])
    padding = attributes.get("padding", ((0, 0), (0, 0)))
    dilation = attributes.get("dilation", (1, 1))
    rows, columns = (
        unseen(image[2 + k], kernel[k], attributes["stride"][k], padding[k], dilation[k])
        for k in (0, 1)
    )
    return rows, columns


def kernel_of(layer: str, weight: Shape | None) -> Shape:
    """Height and width of the filters in a layer's weight."""
    assert weight is not None
    return weight[4:6] if layer == "local2d" else weight[2:]
