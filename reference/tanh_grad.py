"""The gradient of the hyperbolic tangent."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import flush_error
from .pointwise_grad import gradient, passed_on, zero_where_exact
from .profile import Profile
from .tanh import TANH


def tanh_grad(grad: Array, result: Array) -> Array:
    """dx = g·(1 − y²), element by element, y the result of tanh.

    grad, result of any one shape, float32 → the same shape, float64. Raises SpecError.
    As torch.ops.aten.tanh_backward.

    >>> tanh_grad(np.float32([4]), np.float32([0.5])).tolist()
    [3.0]
    """
    return evaluate(TANH_GRAD, (grad, result))


def formula(grad: Array, result: Array) -> Array:
    return grad * ((1 - result) * (1 + result))


def error(profile: Profile, value: Array, grad: Enclosure, result: Enclosure) -> Array:
    """2u·|g|y² + 4u·|dx|: y² or g·y² rounded, and what is made of it.

    1 − y², (1 − y)·(1 + y) and g − g·y·y are all within that.
    """
    u, tiny = profile.u, profile.smallest_normal
    y, g, r = np.abs(result.value), grad.magnitude, result.radius
    reach = passed_on(grad, (1 - y) * (1 + y), 2 * y * r + r * r)
    most, square = np.abs(value) + reach, g * np.square(y + r)
    own = (2 * u * square + 4 * u * most) * (1 + 8 * u)
    lost = tiny * (2 + g + y + np.square(y)) * (g > 0)
    own = zero_where_exact(profile, own + lost, g + square, grad, result)
    beyond = (np.square(y) > profile.largest) | (g * (1 + y + np.square(y)) > profile.largest)
    reach = own + reach
    return reach + flush_error(profile, value, reach) + np.where(beyond, np.inf, 0.0)


def exact(index: tuple[int, ...], grad: Array, result: Array) -> Fraction:
    g, y = (Fraction(float(values[index])) for values in (grad, result))
    return g * (1 - y * y)


TANH_GRAD = gradient("tanh_grad", TANH, *(tanh_grad, formula, error, exact), saved="result")
