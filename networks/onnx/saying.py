"""One layer in ONNX's words: its nodes, and the constants that they need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clgold.reference import find_layer
from clgold.reference.spec import Shape

from .operators import SPELLINGS, named
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
    operator = find_layer(layer).onnx
    if not operator:
        raise NoOperator("ONNX has no operator for it")
    first, *others = operator.split("+")
    if others:
        one_after_another(said, (first, *others), given, output)
        return
    name, theirs = named(operator)
    own = SPELLINGS[name](attributes) if name in SPELLINGS else renamed(attributes, theirs)
    inputs = INPUTS.get(name, as_given)(said, given, shapes, output, attributes)
    said.node(name, inputs, output, **own)


def renamed(attributes: Mapping[str, Any], theirs: Mapping[str, str]) -> dict[str, Any]:
    """The attributes by ONNX's names, ours where it has no other."""
    return {theirs.get(name, name): value for name, value in attributes.items()}


def one_after_another(said: Said, operators: Names, given: Names, output: str) -> None:
    """Each operator on what the one before gives and one more operand."""
    value, *rest = given
    for k, (operator, operand) in enumerate(zip(operators, rest, strict=True)):
        name = output if k == len(rest) - 1 else f"{output}.{k}"
        value = said.node(str(operator), (value, operand), name)


def as_given(said: Said, given: Names, *_: Any) -> Names:
    return given


def scaled(said: Said, given: Names, shapes: Shapes, output: str, _: Mapping[str, Any]) -> Names:
    """Batch normalisation's operands in ONNX's order, γ = 1 and β = 0 where they are absent."""
    input, mean, variance, weight, bias = given
    assert shapes[1] is not None
    if weight is None:
        weight = said.constant(f"{output}.weight", np.ones(shapes[1], np.float32))
    if bias is None:
        bias = said.constant(f"{output}.bias", np.zeros(shapes[1], np.float32))
    return input, weight, bias, mean, variance


def sized(
    said: Said, given: Names, shapes: Shapes, output: str, attributes: Mapping[str, Any]
) -> Names:
    """θ as (N, 2, 3), the only shape that ONNX takes, and the size as an operand."""
    (theta,), (shape,) = given, shapes
    if shape is not None and len(shape) != 3:
        target = said.constant(f"{output}.matrices", np.array((-1, 2, 3), np.int64))
        theta = said.node("Reshape", (theta, target), f"{output}.theta")
    return theta, said.constant(f"{output}.size", np.array(attributes["size"], np.int64))


def shaped(
    said: Said, given: Names, shapes: Shapes, output: str, attributes: Mapping[str, Any]
) -> Names:
    """The new shape as an operand."""
    target = np.array(attributes["shape"], np.int64)
    return given[0], said.constant(f"{output}.shape", target)


# Of operators that do not read what our layers read.
INPUTS: Mapping[str, Callable[..., Names]] = {
    "BatchNormalization": scaled,
    "AffineGrid": sized,
    "Reshape": shaped,
}
