"""What a training step does to weights and to sums of gradients."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from .values import each, numbers

Array = np.ndarray


def remembered(
    weight: Fraction, grad: Fraction, velocity: Fraction | None, given: dict[str, Any]
) -> Fraction:
    """The buffer after the step; the first one holds the gradient."""
    decayed = grad + Fraction(given["weight_decay"]) * weight
    if velocity is None:
        return decayed
    share = 1 - Fraction(given["dampening"])
    return Fraction(given["momentum"]) * velocity + share * decayed


def stepped(
    weight: Fraction, grad: Fraction, velocity: Fraction | None, given: dict[str, Any]
) -> Fraction:
    """torch.optim.SGD, in the order of its documentation."""
    step = grad + Fraction(given["weight_decay"]) * weight
    if given["momentum"]:
        ahead = remembered(weight, grad, velocity, given)
        step = step + Fraction(given["momentum"]) * ahead if given["nesterov"] else ahead
    return weight - Fraction(given["lr"]) * step


def at_each(
    function: Any, weight: Array, grad: Array, velocity: Array | None, given: dict[str, Any]
) -> Array:
    """The function at every element; what is no number goes by float64."""
    output = numbers(*weight.shape)
    for index in np.ndindex(output.shape):
        some = [None if o is None else float(o[index]) for o in (weight, grad, velocity)]
        if all(value is None or np.isfinite(value) for value in some):
            fractions = (None if value is None else Fraction(value) for value in some)
            output[index] = function(*fractions, given)
        else:
            output[index] = float("nan")
    return output


def sgd(weight: Array, grad: Array, velocity: Array | None, **given: Any) -> Array:
    return at_each(stepped, weight, grad, velocity, given)


def sgd_velocity(weight: Array, grad: Array, velocity: Array | None, **given: Any) -> Array:
    return at_each(remembered, weight, grad, velocity, given)


def accumulate(a: Array, b: Array) -> Array:
    """One value more."""
    return each(lambda x, y: x + y, a, b)


def set_zero(input: Array) -> Array:
    return each(lambda x: 0.0, input)


def dropout(input: Array, mask: Array, *, p: float) -> Array:
    """What is kept, over the share that is."""
    return each(lambda x, m: x * m / (1 - mpmath.mpf(p)), input, mask)


def dropout_grad(grad: Array, mask: Array, *, p: float) -> Array:
    """The slope is the mask over the share that is kept."""
    return each(lambda g, m: m / (1 - mpmath.mpf(p)) * g, grad, mask)


LAYERS = (sgd, sgd_velocity, accumulate, set_zero, dropout, dropout_grad)
