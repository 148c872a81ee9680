"""ONNX's operator and its attributes for every layer that has one."""

from collections.abc import Callable, Mapping
from typing import Any

from .package import NoOperator

Attributes = Mapping[str, Any]
Operator = tuple[str, dict[str, Any]]


def pads(padding: tuple[tuple[int, int], tuple[int, int]]) -> list[int]:
    """Top, left, bottom, right."""
    (top, bottom), (left, right) = padding
    return [top, left, bottom, right]


def windows(given: Attributes) -> dict[str, Any]:
    """A pooling's attributes."""
    if given["ceil_mode"]:
        raise NoOperator("runners disagree about windows that overhang (ceil_mode)")
    found = {"kernel_shape": given["kernel_size"], "strides": given["stride"]}
    if "padding" in given:
        found["pads"] = pads(given["padding"])
    return found


def conv2d(given: Attributes) -> Operator:
    around = {"pads": pads(given["padding"]), "group": given["groups"]}
    return "Conv", {"strides": given["stride"], "dilations": given["dilation"], **around}


def avg_pool2d(given: Attributes) -> Operator:
    included = int(given["count_include_pad"])
    return "AveragePool", windows(given) | {"count_include_pad": included}


def lp_pool2d(given: Attributes) -> Operator:
    if given["norm_type"] != 2:
        raise NoOperator("ONNX takes absolute values, which other norms than 2 show")
    return "LpPool", windows(given) | {"p": 2}


def local_response_norm(given: Attributes) -> Operator:
    if given["size"] % 2 == 0:
        raise NoOperator("ONNX lays an even size one channel further on")
    constants = {"alpha": given["alpha"], "beta": given["beta"], "bias": given["k"]}
    return "LRN", {"size": given["size"], **constants}


def grid_sample(given: Attributes) -> Operator:
    mode = {"bilinear": "linear"}.get(given["mode"], given["mode"])
    corners = int(given["align_corners"])
    modes = {"mode": mode, "padding_mode": given["padding_mode"]}
    return "GridSample", {**modes, "align_corners": corners}


OPERATORS: Mapping[str, Callable[[Attributes], Operator]] = {
    "conv2d": conv2d,
    "linear": lambda given: ("Gemm", {"transB": 1}),
    "max_pool2d": lambda given: ("MaxPool", windows(given) | {"dilations": given["dilation"]}),
    "avg_pool2d": avg_pool2d,
    "lp_pool2d": lp_pool2d,
    "relu": lambda given: ("Relu", {}),
    "elu": lambda given: ("Elu", {"alpha": given["alpha"]}),
    "tanh": lambda given: ("Tanh", {}),
    "sigmoid": lambda given: ("Sigmoid", {}),
    "batch_norm": lambda given: ("BatchNormalization", {"epsilon": given["eps"]}),
    "local_response_norm": local_response_norm,
    "affine_grid": lambda given: ("AffineGrid", {"align_corners": int(given["align_corners"])}),
    "grid_sample": grid_sample,
    "softmax": lambda given: ("Softmax", {"axis": given["dim"]}),
    "log_softmax": lambda given: ("LogSoftmax", {"axis": given["dim"]}),
    "argmax": lambda given: ("ArgMax", {"axis": given["dim"], "keepdims": 0}),
    "concat": lambda given: ("Concat", {"axis": given["dim"]}),
    "flatten": lambda given: ("Flatten", {"axis": 1}),
    "reshape": lambda given: ("Reshape", {}),
    "permute": lambda given: ("Transpose", {"perm": given["dims"]}),
    "add": lambda given: ("Add", {}),
}
