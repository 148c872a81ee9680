"""Every layer straight from its definition: slow, exact, and sharing no code with the reference.

Each function takes a case's operands and its complete attributes, and returns the exact result
rounded once to float64; EXACT holds those that return it unrounded, or to 700 bits, as an array of
numbers. `honest` computes the same in float32, as a correct kernel might.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from . import channels, images, pooling, rows, sampling, values
from .closeness import close, inside
from .images import starts

Array = np.ndarray
Definition = Callable[..., Array]

EXACT: dict[str, Definition] = {
    "conv2d": images.conv2d,
    "local2d": images.local2d,
    "linear": rows.linear,
    "max_pool2d": pooling.max_pool2d,
    "avg_pool2d": pooling.avg_pool2d,
    "lp_pool2d": pooling.lp_pool2d,
    "relu": values.relu,
    "elu": values.elu,
    "tanh": values.tanh,
    "sigmoid": values.sigmoid,
    "batch_norm": channels.batch_norm,
    "local_response_norm": channels.local_response_norm,
    "affine_grid": sampling.affine_grid,
    "grid_sample": sampling.grid_sample,
    "softmax": rows.softmax,
    "log_softmax": rows.log_softmax,
    "argmax": rows.argmax,
    "scale_shift": values.scale_shift,
    "concat": rows.concat,
    "flatten": rows.flatten,
    "reshape": rows.reshape,
    "permute": rows.permute,
    "add": values.add,
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
