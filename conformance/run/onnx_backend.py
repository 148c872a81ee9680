"""Our reference and our kernels behind ONNX's backend interface.

    import onnx.backend.test
    from clgold.conformance.run.onnx_backend import REFERENCE, opencl_backend

    onnx.backend.test.BackendTest(REFERENCE, __name__)
    onnx.backend.test.BackendTest(opencl_backend(open_session("pocl")), __name__)

Inputs that are no float32 (Reshape's shape) are constants to our networks, so that such a model
is read anew whenever it runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.device.catalogue import VARIANTS
from clgold.device.protocol import Device
from clgold.networks import Network
from clgold.networks.onnx import Model, ModelError, read_proto
from clgold.reference import find_layer

from .choose import plan_run
from .walk import hosts

Arrays = dict[str, np.ndarray]
Run = Callable[[Network, Arrays], Arrays]  # inputs and weights by name → every node's output


@dataclass(frozen=True)
class Backend:
    """What ONNX asks of a backend; `compute` runs a network."""

    compute: Run

    def supports_device(self, device: str) -> bool:
        return device == "CPU"

    def prepare(self, model: Any, device: str = "CPU", **_: Any) -> "Prepared":
        """The model, ready to run. ModelError where it cannot be read."""
        initialised = {tensor.name for tensor in model.graph.initializer}
        names = [one.name for one in model.graph.input if one.name not in initialised]
        kinds = {one.name: one.type.tensor_type.elem_type for one in model.graph.input}
        later = any(kinds[name] != FLOAT for name in names)
        return Prepared(self.compute, model, tuple(names), None if later else read_proto(model, {}))

    def run_model(self, model: Any, inputs: Any, device: str = "CPU", **_: Any) -> Any:
        return self.prepare(model, device).run(inputs)


FLOAT = 1  # TensorProto's number for float32


@dataclass(frozen=True)
class Prepared:
    """A model that can be run; `known` is None where its network depends on the inputs."""

    compute: Run
    model: Any
    names: tuple[str, ...]
    known: Model | None

    def run(self, inputs: Sequence[np.ndarray], **_: Any) -> tuple[np.ndarray, ...]:
        """The outputs, in ONNX's order, shape and dtype."""
        given = dict(zip(self.names, map(np.asarray, inputs), strict=True))
        constants = {name: one for name, one in given.items() if one.dtype != np.float32}
        model = self.known or read_proto(self.model, constants)
        arrays = {place: given[name] for name, place in model.inputs.items()}
        found = self.compute(model.network, {**model.weights, **arrays})
        return tuple(found[one.place].astype(one.dtype).reshape(one.shape) for one in model.outputs)


def on_the_reference(network: Network, arrays: Arrays) -> Arrays:
    """Every node's output, rounded to float32 between the layers."""
    known: dict[str, np.ndarray] = dict(arrays)
    for node in network.nodes:
        layer = find_layer(node.layer)
        operands = tuple(None if o is None else known[o] for o in node.operands)
        known[node.name] = np.asarray(layer.forward(*operands, **node.attributes)).astype(
            layer.dtype
        )
    return known


def on_a_device(session: Device) -> Run:
    """The same by our kernels; RuntimeError, with the verdict, where one does not work."""

    def run(network: Network, arrays: Arrays) -> Arrays:
        plan = plan_run(network, False, VARIANTS)
        live: dict[str, Any] = {}
        for kernel in plan.kernels:
            for name in set(kernel.operands) - set(live) - {None}:
                live[str(name)] = session.upload(str(name), arrays[str(name)])
            operands = tuple(None if o is None else live[o] for o in kernel.operands)
            variant = plan.variants[kernel.name]
            done = session.run(variant, kernel.question(hosts(operands)), operands)
            if done.output is None or done.output.host is None:
                raise RuntimeError(f"{kernel.name}: {done.verdict}: {done.message}")
            live[kernel.output] = done.output
        return {name: one.host for name, one in live.items()}

    return run


def opencl_backend(session: Device) -> Backend:
    """Our kernels on that session's device."""
    return Backend(on_a_device(session))


REFERENCE = Backend(on_the_reference)

__all__ = ["REFERENCE", "Backend", "ModelError", "opencl_backend"]
