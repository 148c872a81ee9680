"""Hyperbolic tangent."""

from fractions import Fraction

import numpy as np

from .layer import Array, Enclosure, Layer, evaluate
from .pointwise import flush_error, no_attributes, same_shape
from .profile import Profile
from .rounding import Exact, power_of_e


def tanh(input: Array) -> Array:
    """y = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), element by element.

    input of any shape, float32 → the same shape, float64, in [−1, 1]. Raises SpecError.
    As torch.nn.functional.tanh.
    """
    return evaluate(TANH, (input,), {})


def formula(input: Array) -> Array:
    return np.tanh(input)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """The function's own accuracy; an error in x is passed on, never magnified.

    Last places are as wide below η as at η. When relaxed the formula itself may be computed.
    """
    accuracy = profile.ulps(profile.hyperbolic_tangent)
    own = accuracy * np.where(value == 0, 0.0, np.maximum(np.abs(value), profile.smallest_normal))
    if profile.relaxed:
        power = profile.exp(np.abs(input.value) + input.radius)
        own = own + 2 * power + profile.ulps(profile.divide) + 3 * profile.u
    reach = own + input.radius * (1 + accuracy)
    return reach + flush_error(profile, value, reach)


def exact(index: tuple[int, ...], input: Array) -> Exact:
    """0, or irrational (Lindemann)."""
    x = Fraction(float(input[index]))
    if x == 0:
        return x
    return lambda c: 1 - 2 / (power_of_e(c, 2 * x) + 1)


TANH = Layer(
    name="tanh",
    operands=("input",),
    forward=tanh,
    attributes=no_attributes("tanh"),
    shape_rule=same_shape("tanh"),
    formula=formula,
    error=error,
    exact=exact,
)
