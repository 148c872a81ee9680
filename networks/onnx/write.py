"""A network of ours as an ONNX model."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from clgold.reference import find_layer
from clgold.reference.spec import Shape
from clgold.reference.windows import positions

from ..network import Kernel, Network, complete_attributes, shapes
from .package import ModelError, NoOperator, onnx
from .saying import Said, say

OPSET, IR = 22, 10  # the first opset that says what ceil_mode's last windows are
Arrays = Mapping[str, np.ndarray]


def network_model(network: Network, weights: Arrays) -> Any:
    """The ModelProto, which ONNX's checker accepts; the weights are its initialisers.

    Its values bear our nodes' names; outputs are those that no other node reads. ModelError where
    ONNX has no operator for a layer, or the model is larger than protobuf holds.
    """
    package, known, said = onnx(), shapes(network), Said()
    for node in network.nodes:
        given = tuple(None if o is None else known[o] for o in node.operands)
        complete = complete_attributes(Kernel(node.name, node.name, (node,)), known)
        say_node(said, node, given, complete)
    read = {operand for node in network.nodes for operand in node.operands}
    last = [node for node in network.nodes if node.name not in read]
    helper = package.helper
    whole = helper.make_graph(
        said.nodes,
        network.name,
        [info(name, shape, np.float32) for name, shape in network.inputs.items()],
        [info(node.name, known[node.name], find_layer(node.layer).dtype) for node in last],
        [
            package.numpy_helper.from_array(values, name)
            for name, values in {**weights, **said.constants}.items()
        ],
    )
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(whole, opset_imports=opset, ir_version=IR, producer_name="clgold")
    try:
        package.checker.check_model(model)
    except Exception as reason:  # ValidationError, and protobuf's for what is too large
        raise ModelError(f"{network.name}: no model of ONNX's: {reason}") from None
    return model


def info(name: str, shape: Shape, dtype: type) -> Any:
    """Name, shape and dtype of an input or output; ONNX's indices are int64."""
    helper = onnx().helper
    wide = np.dtype(np.float32 if dtype is np.float32 else np.int64)
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(wide), shape)


def say_node(
    said: Said, node: Any, given: tuple[Shape | None, ...], complete: Mapping[str, Any]
) -> None:
    """The node in ONNX's words, with ceil_mode where all runners mean the same by it."""
    attributes, ceiling = dict(complete), False
    try:
        if attributes.get("ceil_mode"):
            ceiling = settled(node.layer, given[0] or (), attributes)
            attributes["ceil_mode"] = False
        say(said, node.layer, node.operands, given, node.name, attributes)
    except NoOperator as reason:
        raise ModelError(f"{node.name} ({node.layer}): {reason}") from None
    if ceiling:
        said.nodes[-1].attribute.append(onnx().helper.make_attribute("ceil_mode", 1))


def settled(layer: str, image: Shape, attributes: Mapping[str, Any]) -> bool:
    """Whether ceil_mode makes a difference here; NoOperator where runners disagree which."""
    kernel, stride = attributes["kernel_size"], attributes["stride"]
    padding = attributes.get("padding", ((0, 0), (0, 0)))
    dilation = attributes.get("dilation", (1, 1))
    place = (layer, (image[2], image[3]), kernel, stride, padding, dilation)
    floor, ceil = positions(*place), positions(*place, True)
    if floor == ceil:
        return False
    if layer == "lp_pool2d" or attributes.get("count_include_pad"):
        raise NoOperator("runners disagree about windows that overhang (ceil_mode)")
    return True
