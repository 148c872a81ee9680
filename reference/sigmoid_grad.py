"""The gradient of the logistic sigmoid."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import flush_error
from .pointwise_grad import gradient, passed_on, zero_where_exact
from .profile import Profile
from .sigmoid import SIGMOID


def sigmoid_grad(grad: Array, result: Array) -> Array:
    """dx = g·y·(1 − y), element by element, y the result of sigmoid.

    grad, result of any one shape, float32 → the same shape, float64. Raises SpecError.
    As torch.ops.aten.sigmoid_backward.

    >>> sigmoid_grad(np.float32([4]), np.float32([0.5])).tolist()
    [1.0]
    """
    return evaluate(SIGMOID_GRAD, (grad, result))


def formula(grad: Array, result: Array) -> Array:
    return grad * (result * (1 - result))


def error(profile: Profile, value: Array, grad: Enclosure, result: Enclosure) -> Array:
    """2u·|g|y² + 3u·|dx|: y² or g·y² rounded, and what is made of it.

    y·(1 − y), y − y² and g·y − g·y·y are all within that.
    """
    u, tiny = profile.u, profile.smallest_normal
    y, g, r = np.abs(result.value), grad.magnitude, result.radius
    factor = result.value * (1 - result.value)
    reach = passed_on(grad, factor, r * np.abs(1 - 2 * result.value) + r * r)
    most, square = np.abs(value) + reach, g * np.square(y + r)
    own = (2 * u * square + 3 * u * most) * (1 + 8 * u)
    lost = tiny * (2 + 2 * g + y + np.square(y)) * (g > 0) * (y + r > 0)
    own = zero_where_exact(profile, own + lost, g * y + square, grad, result)
    beyond = (np.square(y) > profile.largest) | (g * (1 + y + np.square(y)) > profile.largest)
    reach = own + reach
    return reach + flush_error(profile, value, reach) + np.where(beyond, np.inf, 0.0)


def exact(index: tuple[int, ...], grad: Array, result: Array) -> Fraction:
    g, y = (Fraction(float(values[index])) for values in (grad, result))
    return g * y * (1 - y)


SIGMOID_GRAD = gradient(
    "sigmoid_grad", SIGMOID, *(sigmoid_grad, formula, error, exact), saved="result"
)
