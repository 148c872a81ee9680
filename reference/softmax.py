"""Softmax."""

from fractions import Fraction

import numpy as np

from .attributes import axis
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import same_shape
from .profile import Profile
from .rounding import Exact, power_of_e


def softmax(input: Array, dim: int) -> Array:
    """y_i = e^(x_i − m) / Σ_j e^(x_j − m), m the largest x along `dim`, which must not overflow.

    input of any shape, float32 → the same shape, float64, in [0, 1]. Raises SpecError.
    As torch.nn.functional.softmax.

    >>> softmax(np.zeros((1, 2), np.float32), dim=1).tolist()
    [[0.5, 0.5]]
    """
    return evaluate(SOFTMAX, (input,), dim=dim)


def formula(input: Array, *, dim: int) -> Array:
    powers = np.exp(input - input.max(axis=dim, keepdims=True))
    return powers / powers.sum(axis=dim, keepdims=True)


def error(profile: Profile, value: Array, input: Enclosure, *, dim: int) -> Array:
    """The reach of a rigorous enclosure (docs/error-bounds.md).

    Each z = x − m is rounded once, each exponential is off by E, the sum by γ_(n−1), the
    quotient by D. A sum kept relative to a running maximum is rescaled up to n − 1 times, each
    time by an exponential and a product. Errors of the inputs, at most B along the row, move z
    by 2B and its rounding, a probability by a factor of e to that. Unknown where T is 1 or more.
    """
    u = profile.u
    z = input.value - input.value.max(axis=dim, keepdims=True)
    reach = 2 * input.radius.max(axis=dim, keepdims=True) * (1 + 2 * u)
    exponential, quotient = profile.exp(np.abs(z) + reach), profile.ulps(profile.divide)
    smaller, larger, total = shifted_sum(profile, z, reach, dim)
    low = np.exp(z * (1 + u)) * (1 - exponential) * (1 - quotient) / (larger * (1 + total))
    high = np.exp(z * (1 - u)) * (1 + exponential) * (1 + quotient) / (smaller * (1 - total))
    if not input.exact:
        low, high = low * np.exp(-reach), np.minimum(high * np.exp(reach), 1 + total)
        high = np.where(np.isinf(reach), np.inf, high)  # ∞ − ∞ may come about
    # The enclosure itself is computed in float64.
    bound = np.maximum(high - value, value - low) + value * 2.0**-48
    tiny = profile.smallest_normal
    flushed = np.where(np.minimum(np.exp(z), low) < 2 * tiny, 2 * tiny * (1 + 4 * exponential), 0.0)
    return np.where(total >= 1, np.inf, bound + flushed)


def shifted_sum(profile: Profile, z: Array, reach: Array, dim: int) -> tuple[Array, Array, Array]:
    """Σ e^z at its smallest and largest before additions, and the additions' relative error T.

    That holds for a sum kept relative to a running maximum too: at most n − 1 times it is
    rescaled by an exponential, whose arguments add up to what z spans; beyond 104 e^z is 0.
    `reach` is how far each z may be off already, which counts where E grows with z.
    """
    u, n = profile.u, z.shape[dim]
    exponential = profile.exp(np.abs(z) + reach)
    larger = (np.exp(z * (1 - u)) * (1 + exponential)).sum(axis=dim, keepdims=True)
    smaller = (np.exp(z * (1 + u)) * (1 - exponential)).sum(axis=dim, keepdims=True)
    rescaled = (n - 1) * (profile.ulps(profile.exponential) + u) * np.ones_like(reach)
    if profile.relaxed:
        span = np.minimum(reach - z.min(axis=dim, keepdims=True), 104)
        rescaled = rescaled + profile.ulps(2) * span * (1 + 2 * u)
    total = profile.gamma(n - 1) + rescaled * (1 + 2 * rescaled)
    return smaller, larger, total


def own_sum_error(profile: Profile, z: Array, dim: int) -> Array:
    """Relative error of the formula's Σ e^z: arguments and exponentials, then the additions."""
    powers = np.exp(z)
    off = np.where(powers > 0, np.abs(z) * profile.u + profile.exp(z), 0.0)
    moved = np.sum(powers * off, axis=dim, keepdims=True) / powers.sum(axis=dim, keepdims=True)
    return (moved + profile.gamma(z.shape[dim])) * (1 + 2.0**-20)


def own_error(profile: Profile, value: Array, input: Enclosure, *, dim: int) -> Array:
    """To first order, of the formula alone: the power, the sum and the quotient."""
    z = input.value - input.value.max(axis=dim, keepdims=True)
    power = np.where(value > 0, np.abs(z) * profile.u + profile.exp(z), 0.0)
    relative = power + own_sum_error(profile, z, dim) + profile.ulps(profile.divide)
    return value * relative * (1 + 2.0**-20)


def finite_row(index: tuple[int, ...], input: Array, dim: int) -> list[Fraction]:
    """The values along `dim` through the place `index`, without −∞, whose power is 0."""
    elsewhere: tuple[int, ...] = index[:dim] + index[dim + 1 :]
    row: list[float] = np.moveaxis(input, dim, -1)[elsewhere].tolist()
    return [Fraction(x) for x in row if x != -np.inf]


def exact(index: tuple[int, ...], input: Array, *, dim: int) -> Exact:
    """1/n for n equal values; other quotients of sums of powers of e are irrational (Lindemann)."""
    powers = finite_row(index, input, dim)
    x = float(input[index])
    if x == -np.inf:
        return Fraction(0)
    if len(set(powers)) == 1:
        return Fraction(1, len(powers))
    return lambda c: 1 / sum(power_of_e(c, other - Fraction(x)) for other in powers)


ROWS: tuple[Setting, ...] = (
    (((5, 13),), {"dim": 1}),
    (((3, 7, 4),), {"dim": 1}),
    (((2, 1000),), {"dim": -1}),
    (((6, 1),), {"dim": 0}),
)


SOFTMAX = Layer(
    "softmax",
    (Operand("input", "..."),),
    *(softmax, same_shape, formula, error, exact),
    own_error=own_error,
    attributes={"dim": axis()},
    in_place=True,
    examples=ROWS,
    onnx="Softmax",
)
