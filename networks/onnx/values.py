"""What stands for ONNX's names while a graph is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.reference.spec import Shape

from .package import ModelError

FLOAT, INTEGER = np.dtype(np.float32), np.dtype(np.int64)


@dataclass(frozen=True)
class Value:
    """A value of the graph.

    array   the numbers of a constant, else None
    place   the input or node of the network that holds it, empty for a constant
    """

    name: str
    shape: Shape
    dtype: np.dtype[Any] = FLOAT
    array: np.ndarray | None = None
    place: str = ""


@dataclass(frozen=True)
class Op:
    """A node of the graph: its operator, inputs and attributes, and the version of its meaning."""

    name: str
    kind: str
    inputs: tuple[Value | None, ...]
    attributes: Mapping[str, Any]
    opset: int
    outputs: tuple[str, ...] = ()

    def has(self, place: int) -> bool:
        return place < len(self.inputs) and self.inputs[place] is not None

    def value(self, place: int) -> Value:
        """The float32 input at that place; ModelError where it is none."""
        value = self.any(place)
        if value.dtype != FLOAT:
            raise ModelError(f"its input {value.name!r} is {value.dtype}, expected float32")
        return value

    def any(self, place: int) -> Value:
        """The input at that place, of any dtype; ModelError where there is none."""
        found = self.inputs[place] if place < len(self.inputs) else None
        if found is None:
            raise ModelError(f"its input {place} is missing")
        return found

    def constant(self, place: int) -> np.ndarray:
        """The numbers at that place; ModelError where they are known only when the model runs."""
        value = self.any(place)
        if value.array is None:
            raise ModelError(f"its input {value.name!r} must be a constant")
        return value.array

    def integers(self, place: int) -> tuple[int, ...]:
        """The integers of a constant at that place."""
        array = self.constant(place)
        if array.dtype.kind not in "iu" or array.ndim > 1:
            raise ModelError(f"its input {self.any(place).name!r} must be a list of integers")
        return tuple(int(one) for one in array.ravel())

    def get(self, attribute: str, default: Any) -> Any:
        return self.attributes.get(attribute, default)

    def axis(self, default: int, rank: int, beyond: bool = False) -> int:
        """The attribute axis, counted from the front; `beyond` admits the place after the last."""
        axis = int(self.get("axis", default))
        if not -rank <= axis < rank + beyond:
            raise ModelError(f"axis is {axis}, expected {-rank} to {rank - 1 + beyond}")
        return axis + rank if axis < 0 else axis
