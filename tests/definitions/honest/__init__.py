"""What correct float32 kernels may compute: every layer in plain float32, in several orders.

Each function takes a case's operands and attributes and returns one output per order or form.
Layers that only pick values have one form.
"""

from .pooling import avg_pool2d, lp_pool2d
from .sampling import affine_grid, grid_sample
from .sums import add, conv2d, linear, local2d, scale_shift
from .values import (
    batch_norm,
    elu,
    local_response_norm,
    log_softmax,
    sigmoid,
    softmax,
    tanh,
)

__all__ = [
    "add",
    "affine_grid",
    "avg_pool2d",
    "batch_norm",
    "conv2d",
    "elu",
    "grid_sample",
    "linear",
    "local2d",
    "local_response_norm",
    "log_softmax",
    "lp_pool2d",
    "scale_shift",
    "sigmoid",
    "softmax",
    "tanh",
]
