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

from .accumulate import ACCUMULATE, accumulate
from .add import ADD, add
from .affine_grid import AFFINE_GRID, affine_grid
from .affine_grid_grad import AFFINE_GRID_GRAD, affine_grid_grad
from .argmax import ARGMAX, argmax
from .avg_pool2d import AVG_POOL2D, avg_pool2d
from .avg_pool2d_grad import AVG_POOL2D_GRAD, avg_pool2d_grad
from .batch_norm import BATCH_NORM, batch_norm
from .batch_norm_bias_grad import BATCH_NORM_BIAS_GRAD, batch_norm_bias_grad
from .batch_norm_input_grad import BATCH_NORM_INPUT_GRAD, batch_norm_input_grad
from .batch_norm_running_mean import BATCH_NORM_RUNNING_MEAN, batch_norm_running_mean
from .batch_norm_running_var import BATCH_NORM_RUNNING_VAR, batch_norm_running_var
from .batch_norm_train import BATCH_NORM_TRAIN, batch_norm_train
from .batch_norm_train_input_grad import (
    BATCH_NORM_TRAIN_INPUT_GRAD,
    batch_norm_train_input_grad,
)
from .batch_norm_train_weight_grad import (
    BATCH_NORM_TRAIN_WEIGHT_GRAD,
    batch_norm_train_weight_grad,
)
from .batch_norm_weight_grad import BATCH_NORM_WEIGHT_GRAD, batch_norm_weight_grad
from .chain import Chain, make_chain
from .concat import CONCAT, concat
from .conv2d import CONV2D, conv2d
from .conv2d_bias_grad import CONV2D_BIAS_GRAD, conv2d_bias_grad
from .conv2d_input_grad import CONV2D_INPUT_GRAD, conv2d_input_grad
from .conv2d_weight_grad import CONV2D_WEIGHT_GRAD, conv2d_weight_grad
from .cross_entropy import CROSS_ENTROPY, cross_entropy
from .cross_entropy_grad import CROSS_ENTROPY_GRAD, cross_entropy_grad
from .dropout import DROPOUT, dropout
from .dropout_grad import DROPOUT_GRAD, dropout_grad
from .elu import ELU, elu
from .elu_grad import ELU_GRAD, elu_grad
from .evaluate import compute, prepare, widened
from .flatten import FLATTEN, flatten
from .grid_sample import GRID_SAMPLE, grid_sample
from .grid_sample_grid_grad import GRID_SAMPLE_GRID_GRAD, grid_sample_grid_grad
from .grid_sample_input_grad import GRID_SAMPLE_INPUT_GRAD, grid_sample_input_grad
from .im2col import im2col
from .layer import Array, Enclosure, Layer
from .leaky_relu import LEAKY_RELU, leaky_relu
from .leaky_relu_grad import LEAKY_RELU_GRAD, leaky_relu_grad
from .linear import LINEAR, linear
from .linear_bias_grad import LINEAR_BIAS_GRAD, linear_bias_grad
from .linear_input_grad import LINEAR_INPUT_GRAD, linear_input_grad
from .linear_weight_grad import LINEAR_WEIGHT_GRAD, linear_weight_grad
from .local2d import LOCAL2D, local2d
from .local2d_input_grad import LOCAL2D_INPUT_GRAD, local2d_input_grad
from .local2d_weight_grad import LOCAL2D_WEIGHT_GRAD, local2d_weight_grad
from .local_response_norm import LOCAL_RESPONSE_NORM, local_response_norm
from .local_response_norm_grad import LOCAL_RESPONSE_NORM_GRAD, local_response_norm_grad
from .log_softmax import LOG_SOFTMAX, log_softmax
from .log_softmax_grad import LOG_SOFTMAX_GRAD, log_softmax_grad
from .lp_pool2d import LP_POOL2D, lp_pool2d
from .lp_pool2d_grad import LP_POOL2D_GRAD, lp_pool2d_grad
from .max_pool2d import MAX_POOL2D, max_pool2d
from .max_pool2d_grad import MAX_POOL2D_GRAD, max_pool2d_grad
from .max_pool2d_grad_from_indices import (
    MAX_POOL2D_GRAD_FROM_INDICES,
    max_pool2d_grad_from_indices,
)
from .mul import MUL, mul
from .permute import PERMUTE, permute
from .profile import BFLOAT16, EMBEDDED, FLOAT16, FULL, PROFILES, RELAXED, Profile, find_profile
from .question import Question, ask
from .relu import RELU, relu
from .relu_grad import RELU_GRAD, relu_grad
from .reshape import RESHAPE, reshape
from .rounding import correctly_rounded_values
from .scale_shift import SCALE_SHIFT, scale_shift
from .scale_shift_input_grad import SCALE_SHIFT_INPUT_GRAD, scale_shift_input_grad
from .scale_shift_scale_grad import SCALE_SHIFT_SCALE_GRAD, scale_shift_scale_grad
from .scale_shift_shift_grad import SCALE_SHIFT_SHIFT_GRAD, scale_shift_shift_grad
from .set_zero import SET_ZERO, set_zero
from .sgd import SGD, sgd
from .sgd_velocity import SGD_VELOCITY, sgd_velocity
from .sigmoid import SIGMOID, sigmoid
from .sigmoid_grad import SIGMOID_GRAD, sigmoid_grad
from .softmax import SOFTMAX, softmax
from .softmax_grad import SOFTMAX_GRAD, softmax_grad
from .spec import SpecError
from .tanh import TANH, tanh
from .tanh_grad import TANH_GRAD, tanh_grad

LAYERS: tuple[Layer, ...] = (
    CONV2D,
    LOCAL2D,
    LINEAR,
    MAX_POOL2D,
    AVG_POOL2D,
    LP_POOL2D,
    RELU,
    LEAKY_RELU,
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
    MUL,
    RELU_GRAD,
    LEAKY_RELU_GRAD,
    ELU_GRAD,
    TANH_GRAD,
    SIGMOID_GRAD,
    LOCAL2D_INPUT_GRAD,
    LOCAL2D_WEIGHT_GRAD,
    SCALE_SHIFT_SCALE_GRAD,
    SCALE_SHIFT_SHIFT_GRAD,
    SCALE_SHIFT_INPUT_GRAD,
    SOFTMAX_GRAD,
    LOG_SOFTMAX_GRAD,
    CROSS_ENTROPY,
    CROSS_ENTROPY_GRAD,
    SGD,
    SGD_VELOCITY,
    ACCUMULATE,
    SET_ZERO,
    MAX_POOL2D_GRAD,
    LOCAL_RESPONSE_NORM_GRAD,
    AFFINE_GRID_GRAD,
    GRID_SAMPLE_INPUT_GRAD,
    GRID_SAMPLE_GRID_GRAD,
    BATCH_NORM_BIAS_GRAD,
    BATCH_NORM_INPUT_GRAD,
    BATCH_NORM_WEIGHT_GRAD,
    AVG_POOL2D_GRAD,
    CONV2D_INPUT_GRAD,
    CONV2D_WEIGHT_GRAD,
    CONV2D_BIAS_GRAD,
    LINEAR_INPUT_GRAD,
    LINEAR_WEIGHT_GRAD,
    LINEAR_BIAS_GRAD,
    DROPOUT,
    DROPOUT_GRAD,
    LP_POOL2D_GRAD,
    MAX_POOL2D_GRAD_FROM_INDICES,
    BATCH_NORM_TRAIN,
    BATCH_NORM_RUNNING_MEAN,
    BATCH_NORM_RUNNING_VAR,
    BATCH_NORM_TRAIN_INPUT_GRAD,
    BATCH_NORM_TRAIN_WEIGHT_GRAD,
)

LayerLike = str | Layer | Callable[..., Array]
BY_NAME = {known.name: known for known in LAYERS}


def find_layer(layer: LayerLike) -> Layer:
    """The record of a layer, given by record, name or function; SpecError if there is none."""
    if isinstance(layer, str) and layer in BY_NAME:
        return BY_NAME[layer]
    for known in LAYERS:
        if layer in (known, known.forward):
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
    return ask(find_chain(layer), operands, attributes).answer(find_profile(profile)).radius


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
    "BFLOAT16",
    "EMBEDDED",
    "FLOAT16",
    "FULL",
    "LAYERS",
    "PROFILES",
    "RELAXED",
    "Chain",
    "Enclosure",
    "Layer",
    "Profile",
    "Question",
    "SpecError",
    "accumulate",
    "add",
    "affine_grid",
    "affine_grid_grad",
    "argmax",
    "ask",
    "avg_pool2d",
    "avg_pool2d_grad",
    "batch_norm",
    "batch_norm_bias_grad",
    "batch_norm_input_grad",
    "batch_norm_running_mean",
    "batch_norm_running_var",
    "batch_norm_train",
    "batch_norm_train_input_grad",
    "batch_norm_train_weight_grad",
    "batch_norm_weight_grad",
    "concat",
    "conv2d",
    "conv2d_bias_grad",
    "conv2d_input_grad",
    "conv2d_weight_grad",
    "correctly_rounded",
    "cross_entropy",
    "cross_entropy_grad",
    "dropout",
    "dropout_grad",
    "elu",
    "elu_grad",
    "error_bound",
    "find_chain",
    "find_layer",
    "flatten",
    "grid_sample",
    "grid_sample_grid_grad",
    "grid_sample_input_grad",
    "im2col",
    "leaky_relu",
    "leaky_relu_grad",
    "linear",
    "linear_bias_grad",
    "linear_input_grad",
    "linear_weight_grad",
    "local2d",
    "local2d_input_grad",
    "local2d_weight_grad",
    "local_response_norm",
    "local_response_norm_grad",
    "log_softmax",
    "log_softmax_grad",
    "lp_pool2d",
    "lp_pool2d_grad",
    "max_pool2d",
    "max_pool2d_grad",
    "max_pool2d_grad_from_indices",
    "mul",
    "permute",
    "relu",
    "relu_grad",
    "reshape",
    "scale_shift",
    "scale_shift_input_grad",
    "scale_shift_scale_grad",
    "scale_shift_shift_grad",
    "set_zero",
    "sgd",
    "sgd_velocity",
    "sigmoid",
    "sigmoid_grad",
    "softmax",
    "softmax_grad",
    "tanh",
    "tanh_grad",
]
