"""The gradient of a convolution's bias."""

from collections.abc import Callable

import numpy as np

from .conv2d import CONV2D
from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Shape
from .sums import plain_sum_error


def conv2d_bias_grad(grad: Array) -> Array:
    """db[m] = Σ_nij g[n,m,i,j]

    grad (N, M, OH, OW), float32 → (M,) float64. Raises SpecError.

    >>> conv2d_bias_grad(np.float32([[[[1, 2]]]])).tolist()
    [3.0]
    """
    return evaluate(CONV2D_BIAS_GRAD, (grad,))


def shape_rule(grad: Shape) -> Shape:
    return (grad[1],)


def formula(grad: Array) -> Array:
    return np.asarray(grad.sum(axis=(0, 2, 3)))


def error(profile: Profile, value: Array, grad: Enclosure) -> Array:
    """(K − 1)·u·Σ|g|, K terms that are not zero."""
    return plain_sum_error(profile, formula, grad, grad.value.size // len(value))


def exact(index: tuple[int, ...], grad: Array) -> Exact:
    terms: list[float] = grad[:, index[0]].ravel().tolist()
    return terms


def honest(order: Callable[..., Array], grad: Array) -> Array:
    """float32: all outputs of a filter by a column of ones."""
    rows = grad.swapaxes(0, 1).reshape(grad.shape[1], -1)
    return order(rows, np.ones((rows.shape[1], 1), np.float32))


CONV2D_BIAS_GRAD = gradient(
    "conv2d_bias_grad",
    CONV2D,
    "bias",
    (conv2d_bias_grad, shape_rule, formula, error, exact),
    (Operand("grad", "N M OH OW"),),
    honest=honest,
    output="M",
    sums="N OH OW",
)
