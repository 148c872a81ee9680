"""Logistic sigmoid."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import element_wise, flush_error
from .profile import Profile
from .rounding import Exact, power_of_e
from .tanh import function_error


def sigmoid(input: Array) -> Array:
    """y = 1/(1 + e⁻ˣ), element by element.

    input of any shape, float32 → the same shape, float64, in [0, 1]. Raises SpecError.
    As torch.nn.functional.sigmoid.

    >>> sigmoid(np.float32([0])).tolist()
    [0.5]
    """
    return evaluate(SIGMOID, (input,))


def formula(input: Array) -> Array:
    power = np.exp(-np.abs(input))
    return np.where(input >= 0, 1.0, power) / (1 + power)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """The larger of what exponentials and what tanh may cost; the slope is at most ¼.

    Where e⁻ˣ overflows, or y is subnormal, the result may be 0.
    """
    own = np.maximum(by_exponential(profile, value, input), by_tanh(profile, value, input))
    return whole(profile, value, input, own)


def own_error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """That of the exponential form."""
    return whole(profile, value, input, by_exponential(profile, value, input))


def by_exponential(profile: Profile, value: Array, input: Enclosure) -> Array:
    """An exponential, a sum and a quotient; eˣ/(1 + eˣ) has the exponential twice."""
    power = profile.exp(input.magnitude)
    relative = 2 * power + profile.ulps(profile.divide) + 3 * profile.u
    return relative * (1 + relative) * (value + input.radius / 4)


def by_tanh(profile: Profile, value: Array, input: Enclosure) -> Array:
    """½·tanh(x/2) + ½: the function's error stays absolute when ½ is added, which rounds once."""
    function = function_error(profile, np.tanh(input.value / 2), input.magnitude / 2)
    added = profile.u * (value + input.radius / 4)
    return (function / 2 + added) * (1 + 8 * profile.u) + 2 * profile.smallest_normal


def whole(profile: Profile, value: Array, input: Enclosure, own: Array) -> Array:
    """The arithmetic's own error, what x's makes of it, and what is flushed or overflows."""
    overflowed = np.where(value * profile.largest < 4, value, 0.0)
    reach = own + input.radius / 4
    return reach + overflowed + flush_error(profile, value, reach)


def exact(index: tuple[int, ...], input: Array) -> Exact:
    """½ at 0, 0 and 1 at the infinities, else irrational (Lindemann)."""
    if input[index] == 0:
        return Fraction(1, 2)
    x = Fraction(float(input[index]))
    return lambda c: 1 / (1 + power_of_e(c, -x))


SIGMOID = element_wise(
    "sigmoid",
    *(sigmoid, formula, error, exact),
    own_error=own_error,
    onnx="Sigmoid",
)
