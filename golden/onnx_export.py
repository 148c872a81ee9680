"""Fixtures as ONNX's own backend tests: model.onnx, test_data_set_0/input_K.pb, output_0.pb.

Needs the package onnx: pip install "clgold[onnx]".
"""

from pathlib import Path
from typing import Any

import numpy as np

from clgold.networks.onnx import Said, onnx, say
from clgold.reference.question import Step
from clgold.reference.spec import InputError, Shape

from .distrust import distrusted
from .produce import Made

OPSET, IR = 20, 9
Operand = tuple[str, Shape] | None  # name and shape


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
    operands = tuple(
        None if values is None else (name.replace("[", "_").rstrip("]"), values.shape)
        for name, values in zip(source.names, source.operands, strict=True)
    )
    said = graph(made, operands)
    inputs = [
        helper.make_tensor_value_info(one[0], package.TensorProto.FLOAT, one[1])
        for one in operands
        if one is not None
    ]
    kind = helper.np_dtype_to_tensor_dtype(made.output.dtype)
    output = helper.make_tensor_value_info("output", kind, made.output.shape)
    tensors = [package.numpy_helper.from_array(v, name) for name, v in said.constants.items()]
    whole = helper.make_graph(said.nodes, "clgold", inputs, [output], tensors)
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(whole, opset_imports=opset, ir_version=IR, producer_name="clgold")
    package.checker.check_model(model, full_check=True)
    return model


def graph(made: Made, operands: tuple[Operand, ...]) -> Said:
    """The nodes, each layer's output going into the next, and the constants that they need."""
    question, said = made.spec.source.question, Said()
    sizes = dict(zip(question.attributes, question.outputs, strict=True))

    def say_step(step: Step, given: tuple[Operand, ...]) -> Operand:
        layer = step.layer.name
        name = "output" if layer == question.last else layer
        names = tuple(None if one is None else one[0] for one in given)
        lengths = tuple(None if one is None else one[1] for one in given)
        say(said, layer, names, lengths, name, step.attributes)
        return name, sizes[layer]

    question.fold(say_step, operands)
    return said


def read_tensor(path: Path, content: bytes) -> np.ndarray:
    """The array of a .pb file; InputError where it is none."""
    package = onnx()
    with distrusted(f"{path}: cannot be read as an ONNX tensor"):
        tensor = package.TensorProto.FromString(content)
        if tensor.data_location == package.TensorProto.EXTERNAL:
            raise InputError(f"{path}: its numbers are in another file")
        return np.asarray(package.numpy_helper.to_array(tensor))
