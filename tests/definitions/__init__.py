"""Every layer straight from its definition: slow, exact, and sharing no code with the reference.

Each function takes a case's operands and its complete attributes, and returns the exact result
rounded once to float64. `honest` computes the same in float32, as a correct kernel might.
"""

from .closeness import close, inside
from .images import conv2d, max_pool2d, starts
from .sampling import affine_grid, grid_sample
from .values import argmax, batch_norm, elu, flatten, linear, relu, softmax

__all__ = [
    "affine_grid",
    "argmax",
    "batch_norm",
    "close",
    "conv2d",
    "elu",
    "flatten",
    "grid_sample",
    "inside",
    "linear",
    "max_pool2d",
    "relu",
    "softmax",
    "starts",
]
