"""What is right: every layer in NumPy, its rule of shapes and the error a kernel may make.

>>> import numpy as np
>>> from clgold.reference import conv2d, error_bound
>>> x, w = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 2, 2), np.float32)
>>> conv2d(x, w)[0, 0]
array([[4., 4.],
       [4., 4.]])
>>> float(error_bound("conv2d", x, w).max())  # sums of small integers are exact
0.0
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .add import ADD, add
from .affine_grid import AFFINE_GRID, affine_grid
from .argmax import ARGMAX, argmax
from .avg_pool2d import AVG_POOL2D, avg_pool2d
from .batch_norm import BATCH_NORM, batch_norm
from .chain import Chain, enclose_chain, given_exactly, make_chain
from .concat import CONCAT, concat
from .conv2d import CONV2D, conv2d
from .elu import ELU, elu
from .flatten import FLATTEN, flatten
from .grid_sample import GRID_SAMPLE, grid_sample
from .im2col import im2col
from .layer import Array, Enclosure, Layer, compute, prepare, widened
from .linear import LINEAR, linear
from .local2d import LOCAL2D, local2d
from .local_response_norm import LOCAL_RESPONSE_NORM, local_response_norm
from .log_softmax import LOG_SOFTMAX, log_softmax
from .lp_pool2d import LP_POOL2D, lp_pool2d
from .max_pool2d import MAX_POOL2D, max_pool2d
from .permute import PERMUTE, permute
from .profile import EMBEDDED, FULL, PROFILES, RELAXED, Profile, find_profile
from .relu import RELU, relu
from .reshape import RESHAPE, reshape
from .rounding import correctly_rounded_values
from .scale_shift import SCALE_SHIFT, scale_shift
from .sigmoid import SIGMOID, sigmoid
from .softmax import SOFTMAX, softmax
from .spec import SpecError
from .tanh import TANH, tanh

LAYERS: tuple[Layer, ...] = (
    CONV2D,
    LOCAL2D,
    LINEAR,
    MAX_POOL2D,
    AVG_POOL2D,
    LP_POOL2D,
    RELU,
    ELU,
    TANH,
    SIGMOID,
    BATCH_NORM,
    LOCAL_RESPONSE_NORM,
    AFFINE_GRID,
    GRID_SAMPLE,
    SOFTMAX,
    LOG_SOFTMAX,
    ARGMAX,
    SCALE_SHIFT,
    CONCAT,
    FLATTEN,
    RESHAPE,
    PERMUTE,
    ADD,
)

LayerLike = str | Layer | Callable[..., Array]


def find_layer(layer: LayerLike) -> Layer:
    """The record of a layer, given by record, name or function; SpecError if there is none."""
    for known in LAYERS:
        if layer in (known, known.name, known.forward):
            return known
    names = ", ".join(known.name for known in LAYERS)
    raise SpecError(f"unknown layer {layer!r}, expected one of {names}")


def find_chain(layer: LayerLike) -> Chain:
    """The chain written "a+b+c", or the chain of one layer alone."""
    if isinstance(layer, str):
        return make_chain(tuple(find_layer(name) for name in layer.split("+")))
    return make_chain((find_layer(layer),))


def error_bound(
    layer: LayerLike, *operands: Array | None, profile: str | Profile = FULL, **attributes: Any
) -> Array:
    """How far a correct float32 kernel's result may be from the exact one, element by element.

    operands float32, in the layer's order; for a chain "a+b" its open operands, and the
    attributes as one mapping per layer: conv2d={"stride": 2}. Returns float64 of the output's
    shape. Raises SpecError. Derivations: docs/error-bounds.md.
    """
    chain = find_chain(layer)
    exact = given_exactly(chain, operands)
    found = enclose_chain(chain, exact, attributes, find_profile(profile))
    return found[chain.layers[-1].name].radius


def correctly_rounded(layer: LayerLike, *operands: Array | None, **attributes: Any) -> Array:
    """The float32 nearest to the exact result, element by element, ties to even.

    operands float32, in the layer's order. Returns float32 of the output's shape (int64 for
    argmax), the same bits on every machine: zeros are +0, and NaN is the quiet NaN 0x7fc00000.
    Raises SpecError. How: reference/rounding.py.
    """
    found = find_layer(layer)
    checked, normalised, shape = prepare(found, operands, attributes)
    if found.rounded is not None:
        with np.errstate(all="ignore"):
            return found.rounded(*checked, **normalised)
    doubles = widened(checked)
    value = compute(found, doubles, normalised, shape)
    if found.dtype != np.float32:
        return value
    exact = tuple(None if values is None else Enclosure(values) for values in doubles)
    return correctly_rounded_values(found, exact, value, normalised)


__all__ = [
    "EMBEDDED",
    "FULL",
    "LAYERS",
    "PROFILES",
    "RELAXED",
    "Chain",
    "Enclosure",
    "Layer",
    "Profile",
    "SpecError",
    "add",
    "affine_grid",
    "argmax",
    "avg_pool2d",
    "batch_norm",
    "concat",
    "conv2d",
    "correctly_rounded",
    "elu",
    "error_bound",
    "find_chain",
    "find_layer",
    "flatten",
    "grid_sample",
    "im2col",
    "linear",
    "local2d",
    "local_response_norm",
    "log_softmax",
    "lp_pool2d",
    "max_pool2d",
    "permute",
    "relu",
    "reshape",
    "scale_shift",
    "sigmoid",
    "softmax",
    "tanh",
]
