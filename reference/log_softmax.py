"""The logarithm of softmax."""

from fractions import Fraction

import numpy as np

from .attributes import axis
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand
from .pointwise import same_shape
from .profile import Profile
from .rounding import FAR, NEXT_TO_NOTHING, Exact, inside, power_of_e, widened
from .softmax import ROWS, finite_row, own_sum_error, shifted_sum


def log_softmax(input: Array, dim: int) -> Array:
    """y_i = x_i − m − ln Σ_j e^(x_j − m), m the largest x along `dim`.

    input of any shape, float32 → the same shape, float64, at most 0. Raises SpecError.
    As torch.nn.functional.log_softmax.

    >>> log_softmax(np.zeros((1, 1), np.float32), dim=1).tolist()
    [[0.0]]
    """
    return evaluate(LOG_SOFTMAX, (input,), dim=dim)


def formula(input: Array, *, dim: int) -> Array:
    z = input - input.max(axis=dim, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=dim, keepdims=True))


def error(profile: Profile, value: Array, input: Enclosure, *, dim: int) -> Array:
    """z is rounded once, the sum's logarithm moves by its relative error, the difference once.

    Errors of the inputs, at most B along the row, move the result by at most 2B. The order
    x − (m + ln Σ) rounds at the size of x. Unknown where T is 1 or more.
    """
    u = profile.u
    z = input.value - input.value.max(axis=dim, keepdims=True)
    radius = input.radius.max(axis=dim, keepdims=True)
    reach = 2 * radius * (1 + 2 * u)
    smaller, larger, total = shifted_sum(profile, z, reach, dim)
    low, high = smaller * (1 - total), larger * (1 + total)
    exact = np.exp(z).sum(axis=dim, keepdims=True)
    moved = np.maximum(np.log(high / exact), np.log(exact / low))
    logarithm = np.maximum(profile.log(low * np.exp(-reach)), profile.log(high * np.exp(reach)))
    size = np.abs(input.value).max(axis=dim, keepdims=True)
    rounded = u * (np.abs(z) + np.abs(value) + 2 * (size + np.abs(input.value) + np.log(high)))
    own = rounded + moved + logarithm + 2.0**-48 * (1 + np.abs(value))
    return np.where(total >= 1, np.inf, own + 2 * radius + 6 * u * radius)


def own_error(profile: Profile, value: Array, input: Enclosure, *, dim: int) -> Array:
    """To first order, of the formula alone."""
    z = input.value - input.value.max(axis=dim, keepdims=True)
    total = np.exp(z).sum(axis=dim, keepdims=True)
    own = profile.u * (np.abs(z) + np.abs(value)) + own_sum_error(profile, z, dim)
    return (own + profile.log(total)) * (1 + 2.0**-20)


def exact(index: tuple[int, ...], input: Array, *, dim: int) -> Exact:
    """0 for a row of one; else irrational (Lindemann)."""
    others = finite_row(index, input, dim)
    x = Fraction(float(input[index]))
    if len(others) == 1:
        return Fraction(0)
    largest = max(others)
    rest = sorted(other - largest for other in others)[:-1]
    if rest[-1] < FAR:
        return x - largest - NEXT_TO_NOTHING
    return lambda c: (
        inside(c, x - largest) - widened(c, c.log(1 + sum(power_of_e(c, z) for z in rest)))
    )


LOG_SOFTMAX = Layer(
    "log_softmax",
    (Operand("input", "..."),),
    *(log_softmax, same_shape, formula, error, exact),
    own_error=own_error,
    attributes={"dim": axis()},
    in_place=True,
    examples=ROWS,
    onnx="LogSoftmax",
)
