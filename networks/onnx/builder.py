"""Collects the network that a graph means: its nodes and weights, under names of their own."""

import math
import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from clgold.reference import find_layer
from clgold.reference.spec import Shape

from ..network import Node
from .loading import MOST_ELEMENTS, limited
from .package import ModelError
from .values import FLOAT, INTEGER, Value

MOST_COPIES = 4096  # along one axis that is broadcast
MOST_CONSTANTS = 2 * MOST_ELEMENTS  # numbers in all


def safe(name: str) -> str:
    """The name as a file's or a buffer's name may be."""
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._-")[:100] or "x"


@dataclass
class Builder:
    """The network so far. `stem` is the name of the node that is being read."""

    inputs: dict[str, Shape] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stem: str = ""
    taken: set[str] = field(default_factory=set)
    stored: dict[int, str] = field(default_factory=dict)
    held: int = 0  # numbers of all constants

    def unique(self, name: str) -> str:
        """The name, with a number where it is taken."""
        number, found = 1, safe(name)
        while found in self.taken:
            number += 1
            found = f"{safe(name)}_{number}"
        self.taken.add(found)
        return found

    def input(self, name: str, shape: Shape) -> Value:
        """A float32 array that is given when the network runs."""
        limited(f"input {name!r}", shape)
        place = self.unique(name)
        self.inputs[place] = shape
        return Value(name, shape, FLOAT, None, place)

    def constant(self, name: str, array: np.ndarray) -> Value:
        """Numbers that are known now; a weight once a layer uses them."""
        self.held += array.size
        if self.held > MOST_CONSTANTS:
            raise ModelError(f"its constants hold more than {MOST_CONSTANTS} numbers")
        return Value(name, array.shape, array.dtype, array)

    def emit(self, layer: str, *operands: Value | None, **attributes: Any) -> Value:
        """The layer's output for these operands. SpecError where they do not fit."""
        shapes = tuple(None if one is None else one.shape for one in operands)
        record = find_layer(layer)
        shape = record.out_shape(*shapes, **attributes)
        limited(f"the output of its {layer}", shape)
        places = tuple(None if one is None else self.place(one) for one in operands)
        name = self.unique(f"{self.stem}.{layer}")
        self.nodes.append(Node(name, layer, places, attributes))
        return Value(name, shape, FLOAT if record.dtype is np.float32 else INTEGER, None, name)

    def place(self, value: Value) -> str:
        """The name under which a layer finds the value; a constant becomes a weight."""
        if value.array is None:
            return value.place
        array = value.array
        if array.dtype != FLOAT:
            raise ModelError(f"its input {value.name!r} is {array.dtype}, expected float32")
        if id(array) in self.stored:
            return self.stored[id(array)]
        if not np.isfinite(array).all():
            raise ModelError(f"its input {value.name!r} holds NaN or infinity")
        if sum(one.size for one in self.weights.values()) + array.size > MOST_CONSTANTS:
            raise ModelError(f"the network's arrays hold more than {MOST_CONSTANTS} numbers")
        name = self.unique(value.name)
        self.weights[name] = array  # for good, so that no other array gets its id
        self.stored[id(array)] = name
        return name

    def settle(self, first: int, value: Value) -> Value:
        """An operator that became a single layer gives it its own name."""
        if len(self.nodes) - first != 1 or self.nodes[-1].name != value.place:
            return value
        name = self.unique(self.stem)
        self.nodes[-1] = replace(self.nodes[-1], name=name)
        return replace(value, place=name)

    def reshape(self, value: Value, shape: Shape) -> Value:
        """The same values in another shape."""
        if shape == value.shape:
            return value
        if math.prod(shape) != math.prod(value.shape):
            raise ModelError(f"{value.name!r} has shape {value.shape}, which does not fit {shape}")
        if value.array is not None:
            return replace(value, shape=shape, array=value.array.reshape(shape))
        if value.dtype != FLOAT:  # a class index is no layer's input: its shape is the reader's
            return replace(value, shape=shape)
        if len(value.shape) > 1 and shape == (value.shape[0], math.prod(value.shape[1:])):
            return self.emit("flatten", value)
        return self.emit("reshape", value, shape=shape)

    def permute(self, value: Value, dims: tuple[int, ...]) -> Value:
        """The axes in another order."""
        if dims == tuple(range(len(dims))):
            return value
        if value.array is not None:
            array = np.ascontiguousarray(value.array.transpose(dims))
            return Value(f"{value.name}.permuted", array.shape, array.dtype, array)
        if value.dtype != FLOAT:
            raise ModelError(f"its input {value.name!r} is {value.dtype}, expected float32")
        return self.emit("permute", value, dims=dims)

    def broadcast(self, value: Value, shape: Shape) -> Value:
        """The value in that shape, axes of length 1 repeated."""
        if value.shape == shape:
            return value
        if value.array is not None:
            limited(f"{value.name!r}, broadcast,", shape)
            array = np.ascontiguousarray(np.broadcast_to(value.array, shape))
            return Value(f"{value.name}.broadcast", shape, array.dtype, array)
        value = self.reshape(value, (1,) * (len(shape) - len(value.shape)) + value.shape)
        for axis, (length, wanted) in enumerate(zip(value.shape, shape, strict=True)):
            if length != wanted:
                if wanted > MOST_COPIES:
                    raise ModelError(f"{value.name!r} would be copied {wanted} times")
                value = self.emit("concat", *[value] * wanted, dim=axis)
        return value


def filled(name: str, shape: Shape, number: float) -> Value:
    """A constant of one number."""
    limited(f"{name!r}", shape)
    return Value(name, shape, FLOAT, np.full(shape, number, np.float32))
