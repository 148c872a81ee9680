"""Hyperbolic tangent."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import element_wise, flush_error
from .profile import Profile
from .rounding import Exact, power_of_e


def tanh(input: Array) -> Array:
    """y = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), element by element.

    input of any shape, float32 → the same shape, float64, in [−1, 1]. Raises SpecError.
    As torch.nn.functional.tanh.

    >>> tanh(np.float32([0])).tolist()
    [0.0]
    """
    return evaluate(TANH, (input,))


def formula(input: Array) -> Array:
    return np.tanh(input)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """The function's own accuracy; an error in x is passed on, never magnified."""
    own = function_error(profile, value, input.magnitude)
    reach = own + input.radius * (1 + profile.ulps(profile.hyperbolic_tangent))
    return reach + flush_error(profile, value, reach)


def function_error(profile: Profile, value: Array, size: Array) -> Array:
    """How far the function may be off that gives `value` for arguments of at most `size`.

    Last places are as wide below η as at η. When relaxed the formula itself may be computed.
    """
    least = np.where(value == 0, 0.0, np.maximum(np.abs(value), profile.smallest_normal))
    own = profile.ulps(profile.hyperbolic_tangent) * least
    if not profile.relaxed:
        return own
    return own + 2 * profile.exp(size) + profile.ulps(profile.divide) + 3 * profile.u


def exact(index: tuple[int, ...], input: Array) -> Exact:
    """0, or irrational (Lindemann)."""
    x = Fraction(float(input[index]))
    if x == 0:
        return x
    return lambda c: 1 - 2 / (power_of_e(c, 2 * x) + 1)


TANH = element_wise(
    "tanh",
    *(tanh, formula, error, exact),
    onnx="Tanh",
)
