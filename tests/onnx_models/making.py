"""Small models for tests."""

from typing import Any

import numpy as np
import pytest

Array = np.ndarray


def package() -> Any:
    """onnx, or a skip."""
    pytest.importorskip("onnx.helper", reason='onnx is not here: pip install "clgold[onnx]"')
    return pytest.importorskip("onnx")


def node(operator: str, inputs: str, output: str = "y", **attributes: Any) -> Any:
    """A node; its inputs in one string, "-" for one that is absent."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return package().helper.make_node(operator, names, output.split(), **attributes)


def model(
    nodes: list[Any],
    inputs: dict[str, Any],
    constants: dict[str, Array] | None = None,
    outputs: tuple[str, ...] = ("y",),
    opset: int = 22,
    checked: bool = True,
) -> Any:
    """A model whose inputs have these shapes; of its outputs' shapes nobody asks."""
    helper, proto = package().helper, package().TensorProto
    given = [helper.make_tensor_value_info(k, proto.FLOAT, v) for k, v in inputs.items()]
    made = [helper.make_tensor_value_info(name, proto.FLOAT, ()) for name in outputs]
    arrays = package().numpy_helper
    tensors = [arrays.from_array(v, k) for k, v in (constants or {}).items()]
    graph = helper.make_graph(nodes, "test", given, made, tensors)
    opsets = [helper.make_opsetid("", opset)]
    whole = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    if checked:
        package().checker.check_model(whole)
    return whole
