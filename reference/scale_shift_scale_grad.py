"""The gradient of the one factor of scale_shift."""

from collections.abc import Callable

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .scale_shift import SCALE_SHIFT
from .spec import Shape, SpecError
from .sums import product_sum_error


def scale_shift_scale_grad(grad: Array, input: Array) -> Array:
    """da = Σ g[n,…]·x[n,…], over everything

    grad, input (N, …) of one shape, float32 → (1,) float64. Raises SpecError.

    >>> scale_shift_scale_grad(np.float32([[1, 2]]), np.float32([[3, 4]])).tolist()
    [11.0]
    """
    return evaluate(SCALE_SHIFT_SCALE_GRAD, (grad, input))


def shape_rule(grad: Shape, input: Shape) -> Shape:
    if grad != input:
        raise SpecError(
            f"scale_shift_scale_grad: input has shape {input}, expected that of grad, {grad}"
        )
    return (1,)


def formula(grad: Array, input: Array) -> Array:
    """NumPy adds pairwise along the last axis: no term meets more roundings than in order."""
    return np.array([np.sum((grad * input).ravel())])


def error(profile: Profile, value: Array, grad: Enclosure, input: Enclosure) -> Array:
    """K·u·Σ|g||x|, K products that are not zero."""
    return product_sum_error(profile, formula, grad, input, None, grad.value.size)


def exact(index: tuple[int, ...], grad: Array, input: Array) -> Exact:
    products: list[float] = (grad * input).ravel().tolist()
    return products


def honest(order: Callable[..., Array], grad: Array, input: Array) -> Array:
    """float32: one row by one column."""
    return order(grad.reshape(1, -1), input.reshape(-1, 1))


SCALE_SHIFT_SCALE_GRAD = gradient(
    "scale_shift_scale_grad",
    SCALE_SHIFT,
    "scale",
    (scale_shift_scale_grad, shape_rule, formula, error, exact),
    (Operand("grad", "N U ..."), Operand("input", "N U ...")),
    honest=honest,
    output="1",
    sums="N U ...",
)
