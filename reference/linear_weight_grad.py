"""The gradient of a fully connected layer's weight."""

from collections.abc import Callable

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .linear import LINEAR
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Shape, SpecError
from .sums import blocked_product, product_sum_error

NUMBERS = 2**20  # of the gradient at a time, while its bound is computed


def linear_weight_grad(grad: Array, input: Array) -> Array:
    """dw[o,i] = Σ_n g[n,o]·x[n,i]

    grad (N, O), input (N, I), float32 → (O, I) float64. Raises SpecError.

    >>> linear_weight_grad(np.float32([[2]]), np.float32([[3, 4]])).tolist()
    [[6.0, 8.0]]
    """
    return evaluate(LINEAR_WEIGHT_GRAD, (grad, input))


def shape_rule(grad: Shape, input: Shape) -> Shape:
    if grad[0] != input[0]:
        raise SpecError(
            f"linear_weight_grad: input has a batch of {input[0]}, grad has one of {grad[0]}"
        )
    return grad[1], input[1]


def formula(grad: Array, input: Array) -> Array:
    return blocked_product(grad.T, input)


def error(profile: Profile, value: Array, grad: Enclosure, input: Enclosure) -> Array:
    """K·u·Σ|g||x|, K products that are not zero, at most one for each image; part by part."""
    bound = np.empty(value.shape)
    step = max(1, NUMBERS // value.shape[1])
    for start in range(0, len(value), step):
        part = slice(start, start + step)
        own = Enclosure(grad.value[:, part], None if grad.bound is None else grad.bound[:, part])
        bound[part] = product_sum_error(profile, formula, own, input, None, len(input.value))
    return bound


def exact(index: tuple[int, ...], grad: Array, input: Array) -> Exact:
    o, i = index
    products: list[float] = (grad[:, o] * input[:, i]).tolist()
    return products


def honest(order: Callable[..., Array], grad: Array, input: Array) -> Array:
    """float32: one matrix product."""
    return order(np.ascontiguousarray(grad.T), input)


LINEAR_WEIGHT_GRAD = gradient(
    "linear_weight_grad",
    LINEAR,
    "weight",
    (linear_weight_grad, shape_rule, formula, error, exact),
    (Operand("grad", "N O"), Operand("input", "N I")),
    honest=honest,
    output="O I",
    sums="N",
)
