"""The parts of an ONNX graph, one after another: inputs, nodes, outputs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clgold.reference import SpecError
from clgold.reference.spec import Shape

from .builder import Builder, safe
from .package import ModelError, onnx
from .reading import READERS
from .values import FLOAT, Op, Value


def input_value(b: Builder, one: Any, given: Mapping[str, np.ndarray]) -> Value:
    """An input of the graph, as a constant where its numbers are given."""
    if one.name in given:
        return b.constant(one.name, given[one.name])
    kind = one.type.WhichOneof("value")
    if kind != "tensor_type":
        raise ModelError(f"input {one.name!r} is a {kind}, expected a tensor")
    helper, tensor = onnx().helper, one.type.tensor_type
    if tensor.elem_type != onnx().TensorProto.FLOAT:
        try:
            words = helper.tensor_dtype_to_string(tensor.elem_type).rpartition(".")[2].lower()
        except KeyError:  # a number that stands for no type
            words = f"of the type {tensor.elem_type}"
        raise ModelError(f"input {one.name!r} is {words}, expected float")
    if not tensor.HasField("shape"):
        raise ModelError(f"input {one.name!r} has no shape")
    return b.input(one.name, shape_of(b, one.name, tensor.shape.dim))


def shape_of(b: Builder, name: str, dims: Any) -> Shape:
    """The lengths of an input; an unknown batch is one image."""
    shape = []
    for axis, dim in enumerate(dims):
        length = dim.dim_value if dim.HasField("dim_value") else None
        if length is None and axis == 0:
            b.notes.append(f"the batch of {name!r} ({dim.dim_param or '?'}) is taken to be 1")
            length = 1
        if length is None or length < 1:
            found = length if length is not None else dim.dim_param or "unknown"
            raise ModelError(f"input {name!r}: axis {axis} is {found}, expected a positive length")
        shape.append(int(length))
    return tuple(shape)


def read_node(b: Builder, known: dict[str, Value], node: Any, number: int, opset: int) -> None:
    """Adds to the network what a node means."""
    label = node.name or (node.output[0] if node.output else f"number {number}")
    read = READERS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
    if read is None:
        kind = f"{node.domain}.{node.op_type}".lstrip(".")
        raise ModelError(f"node {label!r}: clgold has no layer for the operator {kind}")
    lost = next((one for one in node.input if one and one not in known), None)
    if lost is not None:
        raise ModelError(f"node {label!r} ({node.op_type}): no layer gives its input {lost!r}")
    try:
        b.stem = safe(label)
        inputs = tuple(known[one] if one else None for one in node.input)
        attributes = {a.name: onnx().helper.get_attribute_value(a) for a in node.attribute}
        outputs = tuple(node.output)
        first = len(b.nodes)
        value = read(b, Op(label, node.op_type, inputs, attributes, opset, outputs))
        known[node.output[0]] = replace(b.settle(first, value), name=node.output[0])
    except (ModelError, SpecError) as reason:
        raise ModelError(f"node {label!r} ({node.op_type}): {reason}") from None


def finished(b: Builder, known: Mapping[str, Value], name: str) -> Value:
    """An output of the graph as some node's; what no layer made is copied by one."""
    if name not in known:
        raise ModelError(f"output {name!r}: no layer gives it")
    value = known[name]
    if value.array is not None or value.place in b.inputs:
        if value.dtype != FLOAT:
            raise ModelError(f"output {name!r} is {value.dtype}, which no layer copies")
        b.stem = safe(name)
        value = b.emit("reshape", value, shape=value.shape)
    return value
