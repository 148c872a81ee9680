"""Our attributes in ONNX's words, by its operators."""

from collections.abc import Callable, Mapping
from typing import Any

from .package import NoOperator

Attributes = Mapping[str, Any]


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


def conv(given: Attributes) -> dict[str, Any]:
    around = {"pads": pads(given["padding"]), "group": given["groups"]}
    return {"strides": given["stride"], "dilations": given["dilation"], **around}


def average_pool(given: Attributes) -> dict[str, Any]:
    return windows(given) | {"count_include_pad": int(given["count_include_pad"])}


def lp_pool(given: Attributes) -> dict[str, Any]:
    if given["norm_type"] != 2:
        raise NoOperator("ONNX takes absolute values, which other norms than 2 show")
    return windows(given) | {"p": 2}


def lrn(given: Attributes) -> dict[str, Any]:
    if given["size"] % 2 == 0:
        raise NoOperator("ONNX lays an even size one channel further on")
    constants = {"alpha": given["alpha"], "beta": given["beta"], "bias": given["k"]}
    return {"size": given["size"], **constants}


def grid_sample(given: Attributes) -> dict[str, Any]:
    mode = {"bilinear": "linear"}.get(given["mode"], given["mode"])
    corners = int(given["align_corners"])
    return {"mode": mode, "padding_mode": given["padding_mode"], "align_corners": corners}


def named(operator: str) -> tuple[str, dict[str, str]]:
    """A record's "LeakyRelu alpha=negative_slope": the operator, its names of our attributes."""
    name, *pairs = operator.split()
    return name, dict(pair.split("=")[::-1] for pair in pairs)


def along_axis(given: Attributes) -> dict[str, Any]:
    return {"axis": given["dim"]}


# Of operators whose attributes are not ours under the same names.
SPELLINGS: Mapping[str, Callable[[Attributes], dict[str, Any]]] = {
    "Conv": conv,
    "Gemm": lambda given: {"transB": 1},
    "MaxPool": lambda given: windows(given) | {"dilations": given["dilation"]},
    "AveragePool": average_pool,
    "LpPool": lp_pool,
    "BatchNormalization": lambda given: {"epsilon": given["eps"]},
    "LRN": lrn,
    "AffineGrid": lambda given: {"align_corners": int(given["align_corners"])},
    "GridSample": grid_sample,
    "Softmax": along_axis,
    "LogSoftmax": along_axis,
    "ArgMax": lambda given: {"axis": given["dim"], "keepdims": 0},
    "Concat": along_axis,
    "Flatten": lambda given: {"axis": 1},
    "Reshape": lambda given: {},
    "Transpose": lambda given: {"perm": given["dims"]},
}
