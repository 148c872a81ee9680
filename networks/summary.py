"""A network in numbers: a row for the input and for every layer, and their sums."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from clgold.reference import Layer, find_layer
from clgold.reference.operands import AXES
from clgold.reference.spec import Shape
from clgold.reference.windows import unseen

from . import Kernel, Network, Node, shapes
from .network import complete_attributes

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
    attributes = complete_attributes(Kernel(node.name, node.name, (node,)), known)
    weights, biases, silent = 0, 0, layer.is_constant(attributes)
    declared = layer.declared(len(node.operands))
    for (_, one), operand in zip(declared, node.operands, strict=True):
        if operand is None or silent or one.role in ("statistic", "label", "mask", "index"):
            continue
        if counted(network, node, operand):
            count = math.prod(known[operand])
            weights, biases = (
                (weights, biases + count) if one.values == "offset" else (weights + count, biases)
            )
    given = tuple(None if o is None else known[o] for o in node.operands)
    return SummaryRow(
        node.name,
        node.layer,
        shape,
        0 if layer.in_place else math.prod(shape),
        weights,
        biases,
        math.prod(shape) * layer.depth(given, attributes),
        unseen_edge(layer, given, attributes),
    )


def counted(network: Network, node: Node, operand: str) -> bool:
    """Whether it is a weight that this node reads first; a step of training reads it again."""
    first = next(one for one in network.nodes if operand in one.operands)
    known = network.weights.get(operand)
    return known is not None and known.shape != () and first is node


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


def unseen_edge(
    layer: Layer, given: tuple[Shape | None, ...], attributes: Mapping[str, Any]
) -> tuple[int, int]:
    """The last rows and columns of the input that no window sees."""
    image, *rest = given
    windows = "stride" in attributes and layer.gradient is None
    if image is None or not windows or attributes.get("ceil_mode"):
        return 0, 0
    kernel = attributes.get("kernel_size") or kernel_of(layer.operands[1].lengths(rest[0]))
    padding = attributes.get("padding", ((0, 0), (0, 0)))
    dilation = attributes.get("dilation", (1, 1))
    rows, columns = (
        unseen(image[2 + k], kernel[k], attributes["stride"][k], padding[k], dilation[k])
        for k in (0, 1)
    )
    return rows, columns


def kernel_of(lengths: Mapping[str, int]) -> Shape:
    """Height and width of the filters in a weight, from the lengths of its axes."""
    return tuple(length for axis, length in lengths.items() if AXES[axis].startswith("kernel"))
