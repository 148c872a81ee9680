"""The gradient of the rectified linear unit that lets a part of negative values through."""

from fractions import Fraction

import numpy as np

from .attributes import number
from .evaluate import evaluate
from .layer import Array, Enclosure
from .leaky_relu import LEAKY_RELU
from .pointwise import flush_error
from .pointwise_grad import either_side, gradient, off_nearby, pairs, passed_on
from .profile import Profile


def leaky_relu_grad(grad: Array, input: Array, negative_slope: float = 0.01) -> Array:
    """dx = g where x > 0, else negative_slope·g, element by element: at 0 it is the slope.

    grad, input of any one shape, float32 → the same shape, float64. Raises SpecError.
    As torch.ops.aten.leaky_relu_backward with self_is_result=False.

    >>> leaky_relu_grad(np.float32([4, 4]), np.float32([-1, 2]), negative_slope=0.25).tolist()
    [1.0, 4.0]
    """
    return evaluate(LEAKY_RELU_GRAD, (grad, input), negative_slope=negative_slope)


def formula(grad: Array, input: Array, *, negative_slope: float) -> Array:
    return np.where(input > 0, grad, negative_slope * grad)


def error(
    profile: Profile, value: Array, grad: Enclosure, input: Enclosure, *, negative_slope: float
) -> Array:
    """The slope is rounded to float32, and so is the product; where x > 0, g is copied."""

    def factor(x: Array) -> Array:
        return np.where(x > 0, 1.0, negative_slope)

    at = factor(input.value)
    reach = passed_on(grad, at, off_nearby(profile, input, factor, at))
    copied = input.value - input.radius >= profile.smallest_normal
    own = np.where(copied, 0.0, profile.gamma(2) * (np.abs(value) + reach))
    lost = np.where(copied, 0.0, profile.smallest_normal * (value != 0) * (1 + np.abs(at)))
    overflow = np.where(np.abs(value) + reach > profile.largest, np.inf, 0.0)
    return own + reach + np.maximum(lost, flush_error(profile, value, own + reach)) + overflow


def exact(index: tuple[int, ...], grad: Array, input: Array, *, negative_slope: float) -> Fraction:
    g = Fraction(float(grad[index]))
    return g if input[index] > 0 else Fraction(negative_slope) * g


def choices(
    profile: Profile, value: Array, grad: Enclosure, input: Enclosure, *, negative_slope: float
) -> Array | None:
    """(2, …): of an x that is NaN, g and the slope's."""
    return either_side(input, value, grad.value, negative_slope * grad.value)


LEAKY_RELU_GRAD = gradient(
    "leaky_relu_grad",
    LEAKY_RELU,
    *(leaky_relu_grad, formula, error, exact),
    choices=choices,
    attributes={"negative_slope": number(0.01, others=(0.01, 0.1, 0.2, 0.25, 0.3))},
    examples=pairs({"negative_slope": 0.01}, {"negative_slope": 0.3}),
)
