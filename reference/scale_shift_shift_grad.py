"""The gradient of scale_shift's offsets."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .scale_shift import SCALE_SHIFT
from .spec import Shape
from .sums import plain_sum_error


def scale_shift_shift_grad(grad: Array) -> Array:
    """db[…] = Σ_n g[n,…]

    grad (N, …), float32 → (1, …) float64. Raises SpecError.

    >>> scale_shift_shift_grad(np.float32([[1, 2], [3, 4]])).tolist()
    [[4.0, 6.0]]
    """
    return evaluate(SCALE_SHIFT_SHIFT_GRAD, (grad,))


def shape_rule(grad: Shape) -> Shape:
    return (1, *grad[1:])


def formula(grad: Array) -> Array:
    return np.asarray(grad.sum(axis=0, keepdims=True))


def error(profile: Profile, value: Array, grad: Enclosure) -> Array:
    """(K − 1)·u·Σ|g|, K terms that are not zero."""
    return plain_sum_error(profile, formula, grad, len(grad.value))


def exact(index: tuple[int, ...], grad: Array) -> Exact:
    place: tuple[Any, ...] = (slice(None), *index[1:])
    terms: list[float] = grad[place].tolist()
    return terms


def honest(order: Callable[..., Array], grad: Array) -> Array:
    """float32: a row of ones by the batch."""
    return order(np.ones((1, len(grad)), np.float32), grad.reshape(len(grad), -1))


SCALE_SHIFT_SHIFT_GRAD = gradient(
    "scale_shift_shift_grad",
    SCALE_SHIFT,
    "shift",
    (scale_shift_shift_grad, shape_rule, formula, error, exact),
    (Operand("grad", "N U ..."),),
    honest=honest,
    output="1 U ...",
    sums="N",
)
