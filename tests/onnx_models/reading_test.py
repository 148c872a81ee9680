"""What a model means to us is what ONNX's reference evaluator computes."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from onnx_models.making import model, node

from clgold.conformance.run.onnx_backend import REFERENCE, opencl_backend
from clgold.device.session import Session
from clgold.networks.onnx import ModelError, read_proto
from clgold.reference.generator import bell

Array = np.ndarray
F = np.float32
Spec = tuple[str, str, str, dict[str, Any]]
IMAGE = {"x": (2, 3, 7, 9)}


@dataclass(frozen=True)
class Meant:
    """Nodes, the shapes of inputs, the layers that they become, constants."""

    nodes: list[Spec]
    given: dict[str, tuple[int, ...]]
    becomes: str
    constants: dict[str, Array] = field(default_factory=dict)


def op(operator: str, inputs: str, output: str = "y", **attributes: Any) -> Spec:
    """What making.node is given once onnx is known to be here."""
    return operator, inputs, output, attributes


def real(name: str, *shape: int) -> Array:
    return bell(7, name, shape).astype(F)


def integers(*values: int) -> Array:
    return np.array(values, np.int64)


W, W1 = real("w", 4, 3, 3, 2), real("w", 4, 3, 3)
BATCH = {name: np.abs(real(name, 3)) + F(0.25) for name in "smvb"}
MEANT: dict[str, Meant] = {
    "conv": Meant([op("Conv", "x w")], IMAGE, "conv2d", {"w": W}),
    "conv, pads": Meant([op("Conv", "x w", pads=[0, 1, 2, 1])], IMAGE, "conv2d", {"w": W}),
    "conv, SAME_UPPER": Meant(
        [op("Conv", "x w", auto_pad="SAME_UPPER", strides=[2, 3])], IMAGE, "conv2d", {"w": W}
    ),
    "conv, SAME_LOWER": Meant(
        [op("Conv", "x w", auto_pad="SAME_LOWER", strides=[2, 3])], IMAGE, "conv2d", {"w": W}
    ),
    "conv, VALID": Meant(
        [op("Conv", "x w", auto_pad="VALID", strides=[2, 3])], IMAGE, "conv2d", {"w": W}
    ),
    "max pool, VALID": Meant(
        [op("MaxPool", "x", auto_pad="VALID", kernel_shape=[3, 2], strides=[2, 3])],
        IMAGE,
        "max_pool2d",
    ),
    "conv of one axis": Meant(
        [op("Conv", "x w", pads=[1, 2])], {"x": (2, 3, 8)}, "reshape conv2d reshape", {"w": W1}
    ),
    "max pool of one axis": Meant(
        [op("MaxPool", "x", kernel_shape=[3])], {"x": (2, 3, 8)}, "reshape max_pool2d reshape"
    ),
    "average": Meant(
        [op("AveragePool", "x", kernel_shape=[3, 3], pads=[1, 1, 1, 1])], IMAGE, "avg_pool2d"
    ),
    # onnx 1.23's evaluator takes pads for pairs here, which is the same where left is bottom.
    "max pool, more padding than half a window": Meant(
        [op("MaxPool", "x", kernel_shape=[3, 2], pads=[2, 1, 1, 0])],
        IMAGE,
        "concat concat max_pool2d",
    ),
    "max pool, dilated, more padding": Meant(
        [op("MaxPool", "x", kernel_shape=[2, 2], pads=[2, 1, 2, 0], dilations=[2, 1])],
        IMAGE,
        "concat concat max_pool2d",
    ),
    "average, more padding than half a window": Meant(
        [op("AveragePool", "x", kernel_shape=[3, 3], pads=[2, 2, 2, 2], count_include_pad=1)],
        IMAGE,
        "concat concat avg_pool2d",
    ),
    "average by convolution": Meant(
        [op("AveragePool", "x", kernel_shape=[2, 2], dilations=[2, 2])], IMAGE, "conv2d"
    ),
    "absolute cubes": Meant(
        [op("LpPool", "x", kernel_shape=[2, 3], p=3)], IMAGE, "scale_shift relu relu add lp_pool2d"
    ),
    "global average": Meant([op("GlobalAveragePool", "x")], IMAGE, "avg_pool2d"),
    "global maximum": Meant([op("GlobalMaxPool", "x")], IMAGE, "max_pool2d"),
    "global average of one axis": Meant(
        [op("GlobalAveragePool", "x")], {"x": (2, 3, 8)}, "reshape avg_pool2d reshape"
    ),
    "batch norm": Meant(
        [op("BatchNormalization", "x s b m v", epsilon=0.01)], IMAGE, "batch_norm", BATCH
    ),
    "batch norm of one axis": Meant(
        [op("BatchNormalization", "x s b m v")],
        {"x": (2, 3, 8)},
        "reshape batch_norm reshape",
        BATCH,
    ),
    "batch norm of rows": Meant(
        [op("BatchNormalization", "x s b m v")], {"x": (2, 3)}, "batch_norm", BATCH
    ),
    "gemm": Meant(
        [op("Gemm", "x w b", transB=1)],
        {"x": (2, 5)},
        "linear",
        {"w": real("w", 3, 5), "b": real("b", 3)},
    ),
    "gemm, a half": Meant(
        [op("Gemm", "x w b", alpha=0.5, beta=2.0)],
        {"x": (2, 5)},
        "linear",
        {"w": real("w", 5, 3), "b": real("b", 3)},
    ),
    "gemm, a third": Meant(
        [op("Gemm", "x w b", alpha=0.3, beta=0.7)],
        {"x": (2, 5)},
        "scale_shift linear scale_shift",
        {"w": real("w", 5, 3), "b": real("b", 1, 3)},
    ),
    "gemm, a column": Meant(
        [op("Gemm", "x w b")],
        {"x": (2, 5)},
        "linear add",
        {"w": real("w", 5, 3), "b": real("b", 2, 1)},
    ),
    "gemm, both turned": Meant(
        [op("Gemm", "x w", transA=1, transB=1)],
        {"x": (5, 2)},
        "permute linear",
        {"w": real("w", 3, 5)},
    ),
    "gemm of inputs": Meant(
        [op("Gemm", "x z c", beta=0.3)],
        {"x": (2, 5), "z": (5, 3), "c": (3,)},
        "permute reshape scale_shift reshape linear",
    ),
    "matmul, add": Meant(
        [op("MatMul", "x w", "h"), op("Add", "h b")],
        {"x": (2, 4, 5)},
        "reshape linear reshape add",
        {"w": real("w", 5, 3), "b": real("b", 3)},
    ),
    "matmul of batches": Meant(
        [op("MatMul", "x w")],
        {"x": (2, 1, 4, 5)},
        "concat reshape permute reshape conv2d reshape permute reshape",
        {"w": real("w", 3, 5, 2)},
    ),
    "matmul of vectors": Meant(
        [op("MatMul", "x z")], {"x": (5,), "z": (5,)}, "reshape reshape permute linear reshape"
    ),
    "sum": Meant(
        [op("Sum", "x b c")], {"x": (2, 3)}, "add add", {"b": real("b", 3), "c": real("c", 1)}
    ),
    "added copies": Meant(
        [op("Add", "x z")], {"x": (4, 1, 3), "z": (2, 1)}, "concat reshape concat concat add"
    ),
    "elu": Meant([op("Elu", "x", alpha=0.3)], IMAGE, "elu"),
    "log softmax": Meant([op("LogSoftmax", "x", axis=1)], IMAGE, "log_softmax"),
    "class": Meant(
        [op("Softmax", "x", "p"), op("ArgMax", "p", axis=1, keepdims=0)],
        {"x": (2, 9)},
        "softmax argmax",
    ),
    "class in a row": Meant([op("ArgMax", "x", axis=-1)], {"x": (2, 9)}, "argmax"),
    "flatten": Meant([op("Flatten", "x")], IMAGE, "flatten"),
    "flatten all": Meant([op("Flatten", "x", axis=0)], IMAGE, "reshape"),
    "reshape": Meant([op("Reshape", "x s")], IMAGE, "reshape", {"s": integers(0, -1, 9)}),
    "reshape to rows": Meant([op("Reshape", "x s")], IMAGE, "flatten", {"s": integers(2, -1)}),
    "reshape to itself": Meant(
        [op("Reshape", "x s", "h"), op("Relu", "h")], IMAGE, "relu", {"s": integers(2, 3, 7, 9)}
    ),
    "shape of an input": Meant(
        [op("Shape", "z", "s"), op("Reshape", "x s")], {"x": (6,), "z": (2, 3)}, "reshape"
    ),
    "concat": Meant(
        [op("Concat", "x x w", axis=-2)], {"x": (2, 3, 4)}, "concat", {"w": real("w", 2, 5, 4)}
    ),
    "unsqueeze, squeeze": Meant(
        [op("Unsqueeze", "x a", "h"), op("Squeeze", "h b")],
        {"x": (2, 1, 3)},
        "reshape reshape",
        {"a": integers(0, -1), "b": integers(0)},
    ),
    "transpose": Meant([op("Transpose", "x", perm=[0, 2, 3, 1])], IMAGE, "permute"),
    "dropout": Meant([op("Dropout", "x", "h"), op("Relu", "h")], IMAGE, "relu"),
    "identity": Meant([op("Identity", "x")], IMAGE, "reshape"),
    "a constant": Meant(
        [op("Constant", "", "c", value_floats=[1.0, 2.0]), op("Add", "x c")], {"x": (3, 2)}, "add"
    ),
    "grid": Meant(
        [
            op("AffineGrid", "t s", "g", align_corners=1),
            op("GridSample", "x g", padding_mode="border"),
        ],
        {"x": (2, 3, 4, 5), "t": (2, 2, 3)},
        "affine_grid grid_sample",
        {"s": integers(2, 3, 6, 7)},
    ),
    "nothing but what is needed": Meant([op("Mish", "x", "h"), op("Relu", "x")], IMAGE, "relu"),
}


def of_case(case: str) -> tuple[Any, dict[str, Array]]:
    """The model, and values for its inputs."""
    one = MEANT[case]
    nodes = [node(kind, inputs, output, **rest) for kind, inputs, output, rest in one.nodes]
    values = {name: real(name, *shape) for name, shape in one.given.items()}
    return model(nodes, dict(one.given), one.constants), values


def evaluated(whole: Any, values: dict[str, Array]) -> Array:
    """What ONNX's reference evaluator gives."""
    reference = pytest.importorskip("onnx.reference")
    result: Array = reference.ReferenceEvaluator(whole).run(None, values)[0]
    return result


@pytest.mark.parametrize("case", MEANT)
def test_the_network_is_made_of_the_layers_that_are_due(case: str) -> None:
    whole, _ = of_case(case)
    found = read_proto(whole, {}).network
    assert " ".join(one.layer for one in found.nodes) == MEANT[case].becomes


# A node that no output needs is nothing that the evaluator could leave out.
@pytest.mark.parametrize("case", [case for case in MEANT if "needed" not in case])
def test_the_reference_computes_what_onnxs_evaluator_does(case: str) -> None:
    whole, values = of_case(case)
    (ours,) = REFERENCE.run_model(whole, list(values.values()))
    np.testing.assert_allclose(ours, evaluated(whole, values), rtol=1e-5, atol=1e-5, strict=True)


@pytest.mark.parametrize("case", [case for case in MEANT if "needed" not in case])
def test_our_kernels_compute_what_onnxs_evaluator_does(opencl: Session, case: str) -> None:
    whole, values = of_case(case)
    (ours,) = opencl_backend(opencl).run_model(whole, list(values.values()))
    np.testing.assert_allclose(ours, evaluated(whole, values), rtol=1e-5, atol=1e-5, strict=True)


@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1])
def test_before_opset_13_softmax_is_over_all_axes_that_follow(axis: int) -> None:
    whole = model([node("Softmax", "x", axis=axis)], IMAGE, opset=9, checked=False)
    (y,) = REFERENCE.run_model(whole, [real("x", *IMAGE["x"])])
    sums = y.reshape(*y.shape[: axis % 4], -1).sum(axis=-1) if axis else y.sum()
    np.testing.assert_allclose(sums, 1, rtol=1e-6)


STEPS = {"strides": [3, 4]}
REFUSED: dict[str, tuple[list[Spec], dict[str, tuple[int, ...]], str]] = {
    "a window of an even size": (
        [op("LRN", "x", size=4)],
        IMAGE,
        "size is 4; ONNX lays an even window one channel further on",
    ),
    "nearest reflections": (
        [op("GridSample", "x g", mode="nearest", padding_mode="reflection")],
        {"x": (1, 1, 4, 4), "g": (1, 2, 2, 2)},
        "ONNX rounds to the nearest before it reflects",
    ),
    "a divisor that nobody defines": (
        [op("AveragePool", "x", kernel_shape=[3, 3], ceil_mode=1, count_include_pad=1, **STEPS)],
        {"x": (1, 1, 8, 8)},
        "last window overhangs, and its divisor is not defined",
    ),
    "a mean that is rounded": (
        [op("AveragePool", "x", kernel_shape=[3, 3], dilations=[2, 2])],
        IMAGE,
        "avg_pool2d has no dilations",
    ),
    "a norm of overhanging windows": (
        [op("LpPool", "x", kernel_shape=[3, 3], strides=[3, 3], ceil_mode=1)],
        {"x": (1, 1, 8, 8)},
        "lp_pool2d scales windows up that overhang",
    ),
    "the last of equal maxima": (
        [op("ArgMax", "x", select_last_index=1)],
        IMAGE,
        "our argmax names the first of equal maxima",
    ),
    "a class index as an input": (
        [op("ArgMax", "x", "i"), op("Add", "i i")],
        IMAGE,
        "node 'y' (Add): its input 'i' is int64, expected float32",
    ),
    "places of maxima": (
        [op("MaxPool", "x", "m y", kernel_shape=[2, 2])],
        IMAGE,
        "output 'y': no layer gives it",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_our_layers_would_compute_otherwise_is_refused(case: str) -> None:
    specs, given, sentence = REFUSED[case]
    nodes = [node(kind, inputs, output, **rest) for kind, inputs, output, rest in specs]
    with pytest.raises(ModelError, match=re.escape(sentence)):
        read_proto(model(nodes, dict(given), checked=False), {})


# Of a maximum the evaluator pads otherwise than ONNX says.
@pytest.mark.parametrize(
    ("way", "size", "taps", "stride", "sides"),
    [
        ("SAME_UPPER", 7, 3, 2, (1, 1)),
        ("SAME_UPPER", 8, 3, 2, (0, 1)),
        ("SAME_LOWER", 8, 3, 2, (1, 0)),
        ("SAME_UPPER", 5, 4, 1, (1, 2)),
        ("SAME_LOWER", 5, 4, 1, (2, 1)),
        ("SAME_UPPER", 9, 2, 3, (0, 0)),
        ("VALID", 7, 3, 2, (0, 0)),
    ],
)
def test_auto_pad_lays_the_odd_pixel_before_or_behind(
    way: str, size: int, taps: int, stride: int, sides: tuple[int, int]
) -> None:
    pool = node("MaxPool", "x", auto_pad=way, kernel_shape=[1, taps], strides=[1, stride])
    (found,) = read_proto(model([pool], {"x": (1, 1, 2, size)}), {}).network.nodes
    assert found.attributes["padding"] == ((0, 0), sides)


def test_an_unknown_batch_is_one_image_and_said_to_be() -> None:
    found = read_proto(model([node("Relu", "x")], {"x": ("n", 3)}), {})
    assert found.network.inputs == {"x": (1, 3)}
    assert found.notes == ("the batch of 'x' (n) is taken to be 1",)


def test_a_network_knows_its_class_and_probabilities() -> None:
    nodes = [node("Softmax", "x", "p"), node("ArgMax", "p", axis=1)]
    found = read_proto(model(nodes, {"x": (1, 9)}), {})
    assert (found.network.answer, found.network.probability) == ("y", "p")
    assert [one.shape for one in found.outputs] == [(1, 1)]


def test_what_no_output_needs_is_no_input() -> None:
    found = read_proto(model([node("Relu", "x")], {"x": (2,), "z": (3,)}), {})
    assert list(found.network.inputs) == ["x"]


def test_a_factor_that_float32_would_round_is_left_to_a_layer() -> None:
    w, c = real("w", 5, 3), real("c", 3)
    nodes = [node("Gemm", "x w c", alpha=0.5)]
    exact = read_proto(model(nodes, {"x": (2, 5)}, {"w": w, "c": c}), {})
    np.testing.assert_array_equal(exact.weights["w.permuted.scaled"], w.T * F(0.5))
    nodes = [node("Gemm", "x w c", alpha=0.3)]
    rounded = read_proto(model(nodes, {"x": (2, 5)}, {"w": w, "c": c}), {})
    np.testing.assert_array_equal(rounded.weights["w.permuted"], w.T)
    np.testing.assert_array_equal(rounded.weights["y.factor"], [F(0.3)])
