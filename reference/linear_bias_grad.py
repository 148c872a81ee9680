"""The gradient of a fully connected layer's bias."""

from collections.abc import Callable

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .linear import LINEAR
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Shape
from .sums import plain_sum_error


def linear_bias_grad(grad: Array) -> Array:
    """db[o] = Σ_n g[n,o]

    grad (N, O), float32 → (O,) float64. Raises SpecError.

    >>> linear_bias_grad(np.float32([[1], [2]])).tolist()
    [3.0]
    """
    return evaluate(LINEAR_BIAS_GRAD, (grad,))


def shape_rule(grad: Shape) -> Shape:
    return (grad[1],)


def formula(grad: Array) -> Array:
    return np.asarray(grad.sum(axis=0))


def error(profile: Profile, value: Array, grad: Enclosure) -> Array:
    """(K − 1)·u·Σ|g|, K terms that are not zero."""
    return plain_sum_error(profile, formula, grad, len(grad.value))


def exact(index: tuple[int, ...], grad: Array) -> Exact:
    terms: list[float] = grad[:, index[0]].tolist()
    return terms


def honest(order: Callable[..., Array], grad: Array) -> Array:
    """float32: a row of ones by the batch."""
    return order(np.ones((1, len(grad)), np.float32), grad)


LINEAR_BIAS_GRAD = gradient(
    "linear_bias_grad",
    LINEAR,
    "bias",
    (linear_bias_grad, shape_rule, formula, error, exact),
    (Operand("grad", "N O"),),
    honest=honest,
    output="O",
    sums="N",
)
