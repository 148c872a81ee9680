"""Every layer straight from its definition: slow, exact, and sharing no code with the reference.

Each function takes a case's operands and its complete attributes, and returns the exact result
rounded once to float64; EXACT holds those that return it unrounded, or to 700 bits, as an array of
numbers. `honest` computes the same in float32, as a correct kernel might.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from . import channels, gradients, images, pooling, product_gradients, rows, sampling, steps, values
from .closeness import close, inside
from .images import starts

Array = np.ndarray
Definition = Callable[..., Array]

EXACT: dict[str, Definition] = {
    one.__name__: one
    for module in (
        *(channels, gradients, images, pooling, product_gradients, rows, sampling, steps, values),
    )
    for one in module.LAYERS
}


def doubled(definition: Definition) -> Definition:
    """The definition, its exact numbers rounded once to float64."""

    @wraps(definition)
    def in_float64(*operands: Any, **attributes: Any) -> Array:
        return definition(*operands, **attributes).astype(np.float64)

    return in_float64


conv2d = doubled(images.conv2d)
local2d = doubled(images.local2d)
linear = doubled(rows.linear)
max_pool2d = doubled(pooling.max_pool2d)
avg_pool2d = doubled(pooling.avg_pool2d)
lp_pool2d = doubled(pooling.lp_pool2d)
relu = doubled(values.relu)
elu = doubled(values.elu)
tanh = doubled(values.tanh)
sigmoid = doubled(values.sigmoid)
batch_norm = doubled(channels.batch_norm)
local_response_norm = doubled(channels.local_response_norm)
affine_grid = doubled(sampling.affine_grid)
grid_sample = doubled(sampling.grid_sample)
softmax = doubled(rows.softmax)
log_softmax = doubled(rows.log_softmax)
argmax = rows.argmax
scale_shift = doubled(values.scale_shift)
concat = doubled(rows.concat)
flatten = doubled(rows.flatten)
reshape = doubled(rows.reshape)
permute = doubled(rows.permute)
add = doubled(values.add)

__all__ = [
    "EXACT",
    "add",
    "affine_grid",
    "argmax",
    "avg_pool2d",
    "batch_norm",
    "close",
    "concat",
    "conv2d",
    "doubled",
    "elu",
    "flatten",
    "grid_sample",
    "inside",
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
    "starts",
    "tanh",
]
