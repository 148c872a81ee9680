"""An ONNX model as a network of ours, and the arrays that it brings along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..network import Network, Weight, one_each
from .builder import Builder, safe
from .graph import finished, input_value, read_node
from .loading import array_of, check, load, opset_of
from .package import ModelError, onnx
from .values import Value

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Model:
    """What a model.onnx means.

    weights   the network's arrays by name, float32
    inputs    the network's names for ONNX's inputs, those that some layer needs
    outputs   ONNX's outputs in their order; an output's `place` is the node that holds it
    notes     what was assumed, in sentences
    """

    network: Network
    weights: Arrays
    inputs: Mapping[str, str]
    outputs: tuple[Value, ...]
    notes: tuple[str, ...]


def read_model(path: Path) -> Model:
    """The model in that file; ModelError, as one sentence, where it cannot be used.

    Every node must be an operator of READERS, every input float32 with lengths that are known; a
    first length that is not is taken to be 1.
    """
    onnx()  # that it is not installed is no fault of the model
    try:
        return lower(load(path), {}, safe(path.stem))
    except ModelError as reason:
        raise ModelError(f"model {path}: {reason}") from None


def lower(model: Any, given: Mapping[str, np.ndarray], name: str = "model") -> Model:
    """The network of a ModelProto that `check` let pass; `given` are inputs that are known now."""
    graph, opset = model.graph, opset_of(model)
    if graph.sparse_initializer:
        raise ModelError("holds sparse arrays, expected dense ones")
    needed = needed_names(graph)
    b, known = Builder(), dict[str, Value]()
    for tensor in graph.initializer:
        if tensor.name in needed:
            known[tensor.name] = b.constant(tensor.name, array_of(tensor))
    initialised = {tensor.name for tensor in graph.initializer}
    inputs = [one for one in graph.input if one.name in needed and one.name not in initialised]
    for one in inputs:
        known[one.name] = input_value(b, one, given)
    for number, node in enumerate(graph.node):
        if needed & set(node.output):
            read_node(b, known, node, number, opset)
    outputs = tuple(finished(b, known, one.name) for one in graph.output)
    names = {one.name: known[one.name].place for one in inputs if known[one.name].place}
    used = {operand for node in b.nodes for operand in node.operands}
    answer, probability = answers(b, outputs)
    network = Network(
        name=name,
        title=f"the model {graph.name}" if graph.name else "a model",
        inputs={place: shape for place, shape in b.inputs.items() if place in used},
        weights={place: Weight(array.shape) for place, array in b.weights.items()},
        kernels=one_each(tuple(b.nodes)),
        output=safe(graph.output[-1].name),
        answer=answer,
        probability=probability,
    )
    return Model(network, b.weights, names, outputs, tuple(b.notes))


def answers(b: Builder, outputs: Iterable[Value]) -> tuple[str, str]:
    """The nodes with the class and with the probabilities, where an output is either."""
    nodes, answer, probability = {node.name: node for node in b.nodes}, "", ""
    for place in (one.place for one in outputs):
        if nodes[place].layer == "argmax":
            answer = answer or place
            place = nodes[place].operands[0] or ""
        if place in nodes and nodes[place].layer == "softmax":
            probability = probability or place
    return answer, probability


def needed_names(graph: Any) -> set[str]:
    """What the outputs depend on."""
    needed = {one.name for one in graph.output}
    for node in reversed(graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
    return needed - {""}


def read_proto(model: Any, given: Mapping[str, np.ndarray]) -> Model:
    """The network of a ModelProto from anywhere; ModelError where it cannot be used."""
    check(model)
    return lower(model, given)
