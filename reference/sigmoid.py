"""Logistic sigmoid."""

from fractions import Fraction

import numpy as np

from .layer import Array, Enclosure, Layer, evaluate
from .pointwise import flush_error, no_attributes, same_shape
from .profile import Profile
from .rounding import Exact, power_of_e


def sigmoid(input: Array) -> Array:
    """y = 1/(1 + e⁻ˣ), element by element.

    input of any shape, float32 → the same shape, float64, in [0, 1]. Raises SpecError.
    As torch.nn.functional.sigmoid.
    """
    return evaluate(SIGMOID, (input,), {})


def formula(input: Array) -> Array:
    power = np.exp(-np.abs(input))
    return np.where(input >= 0, 1.0, power) / (1 + power)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """An exponential, a sum and a quotient; eˣ/(1 + eˣ) has the exponential twice.

    Where e⁻ˣ overflows, or y is subnormal, the result may be 0. The slope is at most ¼.
    """
    power = profile.exp(np.abs(input.value) + input.radius)
    relative = 2 * power + profile.ulps(profile.divide) + 3 * profile.u
    overflowed = np.where(value * profile.largest < 4, value, 0.0)
    own = relative * (1 + relative) * (value + input.radius / 4)
    reach = own + input.radius / 4
    return reach + overflowed + flush_error(profile, value, reach)


def exact(index: tuple[int, ...], input: Array) -> Exact:
    """½ at 0, 0 and 1 at the infinities, else irrational (Lindemann)."""
    if input[index] == 0:
        return Fraction(1, 2)
    x = Fraction(float(input[index]))
    return lambda c: 1 / (1 + power_of_e(c, -x))


SIGMOID = Layer(
    name="sigmoid",
    operands=("input",),
    forward=sigmoid,
    attributes=no_attributes("sigmoid"),
    shape_rule=same_shape("sigmoid"),
    formula=formula,
    error=error,
    exact=exact,
)
