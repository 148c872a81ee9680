"""Others that run the same network on the processor: ONNX Runtime and PyTorch.

Neither is needed for anything else. Both take the network from its nodes: ONNX Runtime by the model
that `clgold export` writes, PyTorch by its function of each layer's name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from clgold.networks import Kernel, Network, Node, shapes
from clgold.networks.network import complete_attributes
from clgold.networks.onnx import network_model
from clgold.reference.spec import InputError

Arrays = Mapping[str, np.ndarray]
INSTALL = 'pip install "clgold[peers]"'


@dataclass(frozen=True)
class Peer:
    """Another program that runs a network; `work` runs it once and gives its last result."""

    name: str
    version: str
    work: Callable[[], np.ndarray]


def package(peer: str, module: str, option: str) -> Any:
    """The peer's package; InputError, with the line that installs it, where it is not there."""
    try:
        return import_module(module)
    except ImportError:
        raise InputError(f"{option}: {peer} is not installed: {INSTALL}") from None


def of_onnxruntime(network: Network, arrays: Arrays, threads: int) -> Peer:
    """ONNX Runtime on the model that ONNX has of the network, on so many threads."""
    runtime = package("onnxruntime", "onnxruntime", "--against onnxruntime")
    weights = {name: arrays[name] for name in network.weights}
    model = network_model(network, weights).SerializeToString()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    given = {name: arrays[name] for name in network.inputs}
    last = [network.nodes[-1].name]
    return Peer("onnxruntime", runtime.__version__, lambda: np.asarray(session.run(last, given)[0]))


def of_torch(network: Network, arrays: Arrays, threads: int) -> Peer:
    """PyTorch's functions in the order of the network's nodes, on so many threads."""
    torch = package("torch", "torch", "--against torch")
    torch.set_num_threads(threads)
    tensors = {name: torch.from_numpy(np.array(values)) for name, values in arrays.items()}
    calls = [(node, *torch_call(torch, network, node)) for node in network.nodes]

    def work() -> np.ndarray:
        known = dict(tensors)
        with torch.inference_mode():
            for node, function, attributes in calls:
                operands = (None if o is None else known[o] for o in node.operands)
                known[node.name] = function(*operands, **attributes)
        return np.asarray(known[network.nodes[-1].name].numpy())

    return Peer("torch", torch.__version__, work)


PEERS = {"onnxruntime": of_onnxruntime, "torch": of_torch}


def torch_call(
    torch: Any, network: Network, node: Node
) -> tuple[Callable[..., Any], Mapping[str, Any]]:
    """torch's function for a node and how it is called; InputError where it has none."""
    functions = torch.nn.functional
    other: dict[str, Callable[..., Any]] = {
        "affine_grid": lambda theta, **rest: functions.affine_grid(theta.reshape(-1, 2, 3), **rest),
        "concat": lambda *inputs, dim: torch.concat(inputs, dim),
        "flatten": lambda x: torch.flatten(x, 1),
        "reshape": lambda x, shape: x.reshape(shape),
        "scale_shift": lambda x, scale, shift: x * scale + shift,
    }
    layer = node.layer
    known = getattr(functions, layer, None) or getattr(torch, layer, None)
    function = other.get(layer, known)
    if function is None:
        raise InputError(f"--against torch: PyTorch has no function {layer} ({node.name})")
    attributes = complete_attributes(Kernel(node.name, node.name, (node,)), shapes(network))
    padding = attributes.get("padding", ())
    if all(before == after for before, after in padding):
        return function, {
            **attributes,
            **({"padding": tuple(before for before, _ in padding)} if padding else {}),
        }
    if layer != "conv2d":
        raise InputError(f"--against torch: PyTorch pads {layer} alike on both sides ({node.name})")
    (top, bottom), (left, right) = padding
    rest = {name: value for name, value in attributes.items() if name != "padding"}

    def padded(x: Any, *others: Any, **given: Any) -> Any:
        return functions.conv2d(functions.pad(x, (left, right, top, bottom)), *others, **given)

    return padded, rest
