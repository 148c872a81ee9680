"""Fixtures as ONNX's own backend tests: model.onnx, test_data_set_0/input_K.pb, output_0.pb.

Needs the package onnx, which nothing else here does: pip install "clgold[onnx]".
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from clgold.reference.chain import per_layer, resolve, steps

from .onnx_operators import OPERATORS, NoOperator
from .produce import Made
from .weights import InputError

OPSET, IR = 20, 9
Names = tuple[str | None, ...]


def onnx() -> Any:
    """The package, with its helpers; InputError where it is not installed."""
    try:
        for module in ("checker", "helper", "numpy_helper"):
            import_module(f"onnx.{module}")
        return import_module("onnx")
    except ImportError:
        raise InputError('onnx is not installed: pip install "clgold[onnx]"') from None


def write_onnx(folder: Path, made: Made) -> None:
    """The model and its one set of data; NoOperator where ONNX cannot say the layer."""
    helper = onnx().numpy_helper
    model = build(made)
    data = folder / "test_data_set_0"
    data.mkdir()
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    present = [values for values in made.spec.source.operands if values is not None]
    for place, values in enumerate(present):
        tensor = helper.from_array(values, model.graph.input[place].name)
        (data / f"input_{place}.pb").write_bytes(tensor.SerializeToString(deterministic=True))
    output = helper.from_array(made.output, "output")
    (data / "output_0.pb").write_bytes(output.SerializeToString(deterministic=True))


def build(made: Made) -> Any:
    """The model of a layer or chain; its inputs are the operands that are present, in order."""
    package, source = onnx(), made.spec.source
    helper = package.helper
    operands = source.operands
    names = tuple(
        None if values is None else name.replace("[", "_").rstrip("]")
        for name, values in zip(source.names, operands, strict=True)
    )
    nodes, constants = graph(made, names)
    inputs = [
        helper.make_tensor_value_info(name, package.TensorProto.FLOAT, values.shape)
        for name, values in zip(names, operands, strict=True)
        if name is not None and values is not None
    ]
    kind = helper.np_dtype_to_tensor_dtype(made.output.dtype)
    output = helper.make_tensor_value_info("output", kind, made.output.shape)
    tensors = [package.numpy_helper.from_array(v, name) for name, v in constants.items()]
    whole = helper.make_graph(nodes, "clgold", inputs, [output], tensors)
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(whole, opset_imports=opset, ir_version=IR, producer_name="clgold")
    package.checker.check_model(model, full_check=True)
    return model


def graph(made: Made, names: Names) -> tuple[list[Any], dict[str, np.ndarray]]:
    """The nodes, each layer's output going into the next, and the constants that they need."""
    source = made.spec.source
    shapes = tuple(None if o is None else o.shape for o in source.operands)
    complete, _ = resolve(source.chain, shapes, source.attributes)
    attributes = per_layer(source.chain, complete)
    nodes: list[Any] = []
    constants: dict[str, np.ndarray] = {}
    last: str | None = None
    for layer, before, after in steps(source.chain, names):
        given = after if last is None else (*before, last, *after)
        last = "output" if layer is source.chain.layers[-1] else layer.name
        if layer.name == "batch_norm":
            channels = made.spec.source.operands[1]
            assert channels is not None
            given, added = scaled(given, channels.shape)
            constants |= added
        if layer.name == "affine_grid":
            if shapes[0] is not None and len(shapes[0]) != 3:
                raise NoOperator("ONNX takes theta of shape (N, 2, 3) alone")
            constants["size"] = np.array(attributes["affine_grid"]["size"], np.int64)
            given = (*given, "size")
        nodes += layer_nodes(layer.name, given, last, attributes[layer.name])
    return nodes, constants


def scaled(given: Names, shape: tuple[int, ...]) -> tuple[Names, dict[str, np.ndarray]]:
    """Batch normalisation's operands in ONNX's order, γ = 1 and β = 0 where they are absent."""
    input, mean, variance, weight, bias = given
    ones = {"weight": np.ones(shape, np.float32)} if weight is None else {}
    zeros = {"bias": np.zeros(shape, np.float32)} if bias is None else {}
    return (input, "weight", "bias", mean, variance), ones | zeros


def layer_nodes(layer: str, given: Names, output: str, attributes: Mapping[str, Any]) -> list[Any]:
    make = onnx().helper.make_node
    if layer == "scale_shift":
        input, scale, shift = given
        return [make("Mul", [input, scale], ["scaled"]), make("Add", ["scaled", shift], [output])]
    if layer not in OPERATORS:
        raise NoOperator("ONNX has no operator for it")
    name, own = OPERATORS[layer](attributes)
    present = [one or "" for one in given]
    while not present[-1]:
        present.pop()
    return [make(name, present, [output], **own)]


def read_tensor(path: Path, content: bytes) -> np.ndarray:
    """The array of a .pb file; InputError where it is none."""
    package = onnx()
    try:
        tensor = package.TensorProto.FromString(content)
        if tensor.data_location == package.TensorProto.EXTERNAL:
            raise InputError(f"{path}: its numbers are in another file")
        return np.asarray(package.numpy_helper.to_array(tensor))
    except InputError:
        raise
    except Exception as reason:  # protobuf's errors have no base that onnx promises
        raise InputError(f"{path}: cannot be read as an ONNX tensor: {reason}") from None
