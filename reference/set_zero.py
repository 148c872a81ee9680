"""What every sum in an array starts at."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import element_wise
from .profile import Profile


def set_zero(input: Array) -> Array:
    """y = 0, whatever the array holds.

    input of any shape, float32 → the same shape, float64. Raises SpecError. As
    torch.optim.Optimizer.zero_grad(set_to_none=False).

    >>> set_zero(np.float32([1, 2])).tolist()
    [0.0, 0.0]
    """
    return evaluate(SET_ZERO, (input,))


def formula(input: Array) -> Array:
    return np.zeros(input.shape)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """Exact."""
    return np.zeros(value.shape)


def exact(index: tuple[int, ...], input: Array) -> Fraction:
    return Fraction(0)


SET_ZERO = element_wise("set_zero", *(set_zero, formula, error, exact), constant=True)
