"""What PyTorch and the ONNX reference evaluator compute in float64, wherever they have the layer.

Optional: pip install "clgold[peers]". Where a convention differs, the difference is shown.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given, settings
from hypothesis import strategies as st

from clgold.reference import (
    LAYERS,
    argmax,
    avg_pool2d,
    find_layer,
    flatten,
    grid_sample,
    local_response_norm,
    lp_pool2d,
    max_pool2d,
)

Array = np.ndarray
Attributes = dict[str, Any]
OPSET = 22  # the first whose pooling operators state what ceil_mode counts


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason='PyTorch is not here: pip install "clgold[peers]"')


@pytest.fixture(scope="module")
def onnx() -> Any:
    return pytest.importorskip("onnx", reason='onnx is not here: pip install "clgold[peers]"')


def agree(ours: Array, theirs: Array, tolerance: float = 1e-12) -> None:
    """Equal shapes, NaN in the same places, and no number further off than its size allows.

    Data are of size 1 and sums short, so that 10⁻¹² is also what cancellation may leave.
    """
    np.testing.assert_allclose(
        ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True, strict=True
    )


def even_padding(attributes: Attributes) -> Attributes:
    """The same on both sides of an axis, as torch has it; windows that fitted still do."""
    if "padding" not in attributes:
        return attributes
    return attributes | {"padding": tuple((max(sides),) * 2 for sides in attributes["padding"])}


def torch_padding(attributes: Attributes) -> Attributes:
    """One number for each axis."""
    if "padding" not in attributes:
        return attributes
    return attributes | {"padding": tuple(before for before, _ in attributes["padding"])}


def real_roots(case: Case) -> Case:
    """With integers, whose sums have no doubtful sign."""
    return replace(case, data="integers") if case.layer == "lp_pool2d" else case


def of_torch(torch: Any) -> dict[str, Callable[..., Any]]:
    """torch's function for each layer, on float64 tensors and our attributes."""
    f = torch.nn.functional
    return {
        "conv2d": f.conv2d,
        "linear": f.linear,
        "max_pool2d": f.max_pool2d,
        "avg_pool2d": f.avg_pool2d,
        "lp_pool2d": f.lp_pool2d,
        "relu": f.relu,
        "elu": f.elu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "batch_norm": f.batch_norm,
        "local_response_norm": f.local_response_norm,
        "affine_grid": lambda theta, **rest: f.affine_grid(theta.reshape(-1, 2, 3), **rest),
        "grid_sample": f.grid_sample,
        "softmax": f.softmax,
        "log_softmax": f.log_softmax,
        "argmax": torch.argmax,
        "concat": lambda *inputs, dim: torch.concat(inputs, dim),
        "flatten": lambda x: torch.flatten(x.unsqueeze(-1), 1),
        "add": torch.add,
    }


TORCH_HAS_NOT = {"local2d", "scale_shift"}
SHARED = [layer.name for layer in LAYERS if layer.name not in TORCH_HAS_NOT]


def test_every_layer_is_compared_with_torch_or_known_to_be_ours(torch: Any) -> None:
    assert set(of_torch(torch)) == set(SHARED)


@pytest.mark.parametrize("data", ["integers", "reals"])
@pytest.mark.parametrize("layer", SHARED)
def test_torch_computes_the_same(torch: Any, layer: str, data: str) -> None:
    theirs = of_torch(torch)[layer]

    @settings(max_examples=60)
    @given(cases(layer, data).map(real_roots))
    def holds(case: Case) -> None:
        even = replace(case, attributes=even_padding(case.attributes))
        tensors = [
            None if o is None else torch.from_numpy(o.astype(np.float64)) for o in even.operands
        ]
        expected = theirs(*tensors, **torch_padding(even.attributes)).numpy()
        ours = even.call(find_layer(layer).forward)
        if layer == "argmax" and data == "integers":
            ours, expected = (picked(even, index) for index in (ours, expected))
        agree(ours, expected)

    holds()


def picked(case: Case, index: Array) -> Array:
    """The values that an argmax names: of equal maxima torch may name any."""
    (x,), dim = case.operands, case.attributes["dim"]
    return np.take_along_axis(x, np.expand_dims(index, dim), axis=dim)


def node(onnx: Any, kind: str, *inputs: Array | None, **attributes: Any) -> Array:
    """What ONNX's reference evaluator makes of one node."""
    helper = onnx.helper
    feeds = {f"x{k}": values for k, values in enumerate(inputs) if values is not None}
    names = [f"x{k}" if values is not None else "" for k, values in enumerate(inputs)]
    described = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(values.dtype), values.shape
        )
        for name, values in feeds.items()
    ]
    result = helper.make_tensor_value_info("y", onnx.TensorProto.UNDEFINED, None)
    body = helper.make_graph(
        [helper.make_node(kind, names, ["y"], **attributes)], "graph", described, [result]
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)])
    from onnx.reference import ReferenceEvaluator

    found: Array = ReferenceEvaluator(model).run(None, feeds)[0]
    return found


def pads(padding: tuple[tuple[int, int], tuple[int, int]]) -> list[int]:
    """ONNX's order: top, left, bottom, right."""
    (top, bottom), (left, right) = padding
    return [top, left, bottom, right]


def single(attributes: Attributes) -> Attributes:
    """Numbers rounded to float32, as a model's attributes are stored."""
    return {k: float(np.float32(v)) if isinstance(v, float) else v for k, v in attributes.items()}


def onnx_conv2d(run: Callable[..., Array], *operands: Any, **a: Any) -> Array:
    rest = {"strides": a["stride"], "dilations": a["dilation"], "group": a["groups"]}
    return run("Conv", *operands, pads=pads(a["padding"]), **rest)


def onnx_linear(run: Callable[..., Array], x: Array, w: Array, bias: Array | None) -> Array:
    return run("Gemm", x, w, bias, transB=1)


def onnx_max_pool2d(run: Callable[..., Array], x: Array, **a: Any) -> Array:
    rest = {"strides": a["stride"], "dilations": a["dilation"], "ceil_mode": int(a["ceil_mode"])}
    return run("MaxPool", x, kernel_shape=a["kernel_size"], pads=pads(a["padding"]), **rest)


def onnx_avg_pool2d(run: Callable[..., Array], x: Array, **a: Any) -> Array:
    rest = {k: int(a[k]) for k in ("ceil_mode", "count_include_pad")}
    around, taps = pads(a["padding"]), a["kernel_size"]
    return run("AveragePool", x, kernel_shape=taps, strides=a["stride"], pads=around, **rest)


def onnx_batch_norm(
    run: Callable[..., Array],
    x: Array,
    mean: Array,
    var: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Array:
    scale = np.ones_like(mean) if weight is None else weight
    shift = np.zeros_like(mean) if bias is None else bias
    return run("BatchNormalization", x, scale, shift, mean, var, epsilon=eps)


def onnx_grid_sample(run: Callable[..., Array], x: Array, grid: Array, **a: Any) -> Array:
    kind = {"bilinear": "linear", "nearest": "nearest"}[a["mode"]]
    aligned = int(a["align_corners"])
    return run(
        "GridSample", x, grid, mode=kind, padding_mode=a["padding_mode"], align_corners=aligned
    )


OF_ONNX: dict[str, Callable[..., Array]] = {
    "conv2d": onnx_conv2d,
    "linear": onnx_linear,
    "max_pool2d": onnx_max_pool2d,
    "avg_pool2d": onnx_avg_pool2d,
    "relu": lambda run, x: run("Relu", x),
    "elu": lambda run, x, alpha: run("Elu", x, alpha=alpha),
    "tanh": lambda run, x: run("Tanh", x),
    "sigmoid": lambda run, x: run("Sigmoid", x),
    "batch_norm": onnx_batch_norm,
    "grid_sample": onnx_grid_sample,
    "softmax": lambda run, x, dim: run("Softmax", x, axis=dim),
    "log_softmax": lambda run, x, dim: run("LogSoftmax", x, axis=dim),
    "argmax": lambda run, x, dim: run("ArgMax", x, axis=dim, keepdims=0),
    "concat": lambda run, *inputs, dim: run("Concat", *inputs, axis=dim),
    "flatten": lambda run, x: run("Flatten", x, axis=1),
    "add": lambda run, a, b: run("Add", a, b),
}


@pytest.mark.parametrize("data", ["integers", "reals"])
@pytest.mark.parametrize("layer", OF_ONNX)
def test_onnx_computes_the_same(onnx: Any, layer: str, data: str) -> None:
    @settings(max_examples=30)
    @given(cases(layer, data))
    def holds(case: Case) -> None:
        stored = replace(case, attributes=single(case.attributes))
        doubles = [None if o is None else o.astype(np.float64) for o in stored.operands]

        def run(kind: str, *inputs: Any, **attributes: Any) -> Array:
            return node(onnx, kind, *inputs, **attributes)

        theirs = OF_ONNX[layer](run, *doubles, **stored.attributes)
        agree(stored.call(find_layer(layer).forward), theirs)

    holds()
