"""The gradient of the rectified linear unit."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import flush_error
from .pointwise_grad import gradient, off_nearby, passed_on
from .profile import Profile
from .relu import RELU


def relu_grad(grad: Array, input: Array) -> Array:
    """dx = g where x > 0, else 0, element by element: at 0 it is 0, of either sign.

    grad, input of any one shape, float32 → the same shape, float64. input is what relu read; what
    it gave does as well. A NaN in input lets g through. Raises SpecError. As
    torch.ops.aten.threshold_backward with a threshold of 0.

    >>> relu_grad(np.float32([5, 5]), np.float32([-1, 2])).tolist()
    [0.0, 5.0]
    """
    return evaluate(RELU_GRAD, (grad, input))


def formula(grad: Array, input: Array) -> Array:
    return np.where(input <= 0, 0.0, grad)


def step(input: Array) -> Array:
    return np.where(input > 0, 1.0, 0.0)


def error(profile: Profile, value: Array, grad: Enclosure, input: Enclosure) -> Array:
    """Exact; where x may be on either side of 0, or is flushed, dx may be either."""
    factor = step(input.value)
    reach = passed_on(grad, factor, off_nearby(profile, input, step, factor))
    return reach + flush_error(profile, value, reach)


def exact(index: tuple[int, ...], grad: Array, input: Array) -> Fraction:
    return Fraction(0) if input[index] <= 0 else Fraction(float(grad[index]))


def choices(profile: Profile, value: Array, grad: Enclosure, input: Enclosure) -> Array | None:
    """(2, …): g·0 is NaN where g is not finite; a comparison x > 0 is false of a NaN."""
    g, x = grad.value, input.value
    if np.isfinite(g).all() and not np.isnan(x).any():
        return None
    return np.stack([np.where(x > 0, g, 0.0), np.where(x <= 0, g * 0.0, value)])


RELU_GRAD = gradient("relu_grad", RELU, *(relu_grad, formula, error, exact), choices=choices)
