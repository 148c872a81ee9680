"""One layer in ONNX's words: its nodes, and the constants that they need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clgold.reference.spec import Shape

from .operators import OPERATORS
from .package import NoOperator, onnx

Names = tuple[str | None, ...]
Shapes = tuple[Shape | None, ...]


@dataclass
class Said:
    """What is said so far; a constant's name begins with that of the value it serves."""

    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants[name] = values
        return name

    def node(self, operator: str, inputs: Names, output: str, **attributes: Any) -> str:
        """One node; what is absent at its end is left out."""
        present = [one or "" for one in inputs]
        while not present[-1]:
            present.pop()
        make = onnx().helper.make_node
        self.nodes.append(make(operator, present, [output], name=output, **attributes))
        return output


def say(
    said: Said,
    layer: str,
    given: Names,
    shapes: Shapes,
    output: str,
    attributes: Mapping[str, Any],
) -> None:
    """Adds the nodes that compute `output` from the names `given`.

    The attributes are complete and normalised. NoOperator where ONNX cannot say the layer.
    """
    if layer == "scale_shift":
        input, scale, shift = given
        said.node("Mul", (input, scale), f"{output}.scaled")
        said.node("Add", (f"{output}.scaled", shift), output)
        return
    if layer not in OPERATORS:
        raise NoOperator("ONNX has no operator for it")
    name, own = OPERATORS[layer](attributes)
    if layer == "batch_norm":
        given = scaled(said, given, shapes, output)
    if layer == "affine_grid":
        given = (matrices(said, given[0], shapes[0], output), size(said, output, attributes))
    if layer == "reshape":
        target = np.array(attributes["shape"], np.int64)
        given = (given[0], said.constant(f"{output}.shape", target))
    said.node(name, given, output, **own)


def scaled(said: Said, given: Names, shapes: Shapes, output: str) -> Names:
    """Batch normalisation's operands in ONNX's order, γ = 1 and β = 0 where they are absent."""
    input, mean, variance, weight, bias = given
    assert shapes[1] is not None
    if weight is None:
        weight = said.constant(f"{output}.weight", np.ones(shapes[1], np.float32))
    if bias is None:
        bias = said.constant(f"{output}.bias", np.zeros(shapes[1], np.float32))
    return input, weight, bias, mean, variance


def matrices(said: Said, theta: str | None, shape: Shape | None, output: str) -> str | None:
    """θ as (N, 2, 3), the only shape that ONNX takes."""
    if shape is None or len(shape) == 3:
        return theta
    target = said.constant(f"{output}.matrices", np.array((-1, 2, 3), np.int64))
    return said.node("Reshape", (theta, target), f"{output}.theta")


def size(said: Said, output: str, attributes: Mapping[str, Any]) -> str:
    return said.constant(f"{output}.size", np.array(attributes["size"], np.int64))
