"""Correct rounding: the float32 nearest to the exact result, on any machine.

The float64 formula decides almost every element: where value − error and value + error round to
the same float32, so does the exact result (Ziv's test, ACM TOMS 17(3), 1991). The few others are
evaluated exactly. BLAS, threads, SIMD and NumPy's version change the float64 value only within
its error, and so never the answer.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer
from .profile import BINARY64

if TYPE_CHECKING:
    from mpmath.ctx_iv import MPIntervalContext

# An exact value: rational, or float64 numbers whose sum it is, or a function that encloses it in a
# given context of mpmath intervals; None where there is no real number (NaN).
Interval = Any
Exact = Fraction | list[float] | Callable[["MPIntervalContext"], Interval] | None

# Bits at which an undecided value is taken to be the number that it cannot be told from. Values
# here are transcendental, and then differ from every rational, or algebraic of small degree.
PIECE = 2**15
PRECISIONS = (96, 192, 768, 3072)

# Powers of two of which nothing but that they are so large or small matters.
BEYOND = 2**14
INFINITE = Fraction(2) ** BEYOND
LONGEST = 64  # whole powers up to this one are written out as fractions

# e^x for x below FAR is too small for the last precision to show; as a summand it only breaks ties.
FAR = -1500
NEXT_TO_NOTHING = Fraction(1, 2**2000)


def correctly_rounded_values(
    layer: Layer, operands: tuple[Enclosure | None, ...], value: Array, attributes: Attributes
) -> Array:
    """float32 of value's shape: the nearest to the exact result, ties to even, every element."""
    values = tuple(None if o is None else o.value for o in operands)
    with np.errstate(all="ignore"):
        own_error = layer.own_error or layer.error
        error = np.asarray(own_error(BINARY64, value, *operands, **attributes))
        rounded = value.astype(np.float32)
        unsure = undecided(value, np.broadcast_to(error, value.shape))
        if layer.choices is not None:
            found = layer.choices(BINARY64, value, *operands, **attributes)
            if found is not None:
                unsure |= np.any(found != value, axis=0) & np.isfinite(value)
        if all(v is None or np.isfinite(v).all() for v in values):
            # NaN or infinity by the formula's way, if at all.
            unsure |= ~(np.isfinite(value) | np.isfinite(error))
        for index in map(tuple, np.argwhere(unsure).tolist()):
            rounded[index] = nearest_float32(layer.exact(index, *values, **attributes))
    # A real number 0 has no sign, and libraries differ in the one they give it; so with NaN's bits.
    rounded += np.float32(0)  # −0 + 0 is +0
    rounded[np.isnan(rounded)] = np.nan
    return rounded


def undecided(value: Array, error: Array) -> Array:
    """Where value − error and value + error round to different float32, or no error is known.

    Piece by piece, so that the work stays in the processor's cache.
    """
    unsure = np.zeros(value.size, bool)
    values, errors = value.ravel(), error.ravel()
    for start in range(0, value.size, PIECE):
        piece = slice(start, start + PIECE)
        unsure[piece][settle(values[piece], errors[piece])[1]] = True
    return unsure.reshape(value.shape)


def settle(value: Array, error: Array) -> tuple[Array, Array]:
    """Ziv's test: float32 of the float64 value, and where another one may be nearer to the exact.

    The places are indices of the flattened array, of finite values. A zero may have either sign;
    NaN are float32's quiet one.
    """
    low, high = np.empty(value.shape, np.float32), np.empty(value.shape, np.float32)
    np.subtract(value, error, out=low, casting="same_kind")
    np.add(value, error, out=high, casting="same_kind")
    different = low != high  # NaN differs from itself
    if not different.any():
        return low, np.empty(0, np.intp)
    places = np.flatnonzero(different)
    values = value.reshape(-1)[places]
    low.reshape(-1)[places] = np.where(np.isnan(values), np.nan, values)
    return low, places[np.isfinite(values)]


def nearest_float32(value: Exact) -> np.float32:
    """The float32 nearest to an exact value, ties to even; beyond the largest, infinity."""
    if isinstance(value, Fraction):
        return round_fraction(value)
    if isinstance(value, list):
        return round_sum(value)
    if value is None:
        return np.float32(np.nan)
    for bits in PRECISIONS:
        context = intervals(bits)
        low, high = (to_fraction(end) for end in value(context)._mpi_)
        if round_fraction(low) == round_fraction(high):
            return round_fraction(low)
    # Too close to a number with few bits to be another one: it is that number.
    return round_fraction(simplest(low))


def divided_by_zero(value: Fraction) -> Exact:
    """value/0: an infinity with its sign, no number for 0/0."""
    return None if value == 0 else INFINITE if value > 0 else -INFINITE


@cache
def intervals(bits: int) -> "MPIntervalContext":
    """The context of so many bits."""
    from mpmath.ctx_iv import MPIntervalContext  # 0.04 s that most commands can do without

    context = MPIntervalContext()
    context.prec = bits
    return context


def finest() -> "MPIntervalContext":
    """A context of the last precision."""
    return intervals(PRECISIONS[-1])


def to_fraction(raw: tuple[int, int, int, int]) -> Fraction:
    """The number that mpmath's (sign, mantissa, exponent, bits) is, or, where its power of two is
    too large or small to be written out, another that rounds to the same.
    """
    sign, mantissa, exponent, bits = raw
    if abs(exponent + bits) > BEYOND:
        mantissa, exponent = 1, BEYOND if exponent > 0 else -BEYOND
    whole = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -whole if sign else whole


def inside(context: "MPIntervalContext", value: Fraction) -> Interval:
    """A rational number as an interval of the context."""
    return context.mpf(value.numerator) / context.mpf(value.denominator)


def widened(context: "MPIntervalContext", value: Interval) -> Interval:
    """The interval and 8 of its last places more: mpmath's functions are not quite rigorous."""
    return value * (1 + context.mpf([-1, 1]) * context.mpf(2) ** (4 - context.prec))


def power_of_e(context: "MPIntervalContext", exponent: Fraction) -> Interval:
    """e^exponent, enclosed."""
    return widened(context, context.exp(inside(context, exponent)))


def power(context: "MPIntervalContext", base: Interval, exponent: Interval) -> Interval:
    """base^exponent for a positive base, enclosed."""
    return widened(context, base**exponent)


def simplest(value: Fraction) -> Fraction:
    """The number with 40 significant bits nearest to `value`."""
    if value == 0:
        return value
    scale = Fraction(2) ** (40 - magnitude(value))
    return Fraction(round(value * scale)) / scale


def magnitude(value: Fraction) -> int:
    """e with 2^e ≤ |value| < 2^(e+1)."""
    numerator, denominator = abs(value.numerator), value.denominator
    e = numerator.bit_length() - denominator.bit_length()
    at_least = numerator >= denominator << e if e >= 0 else numerator << -e >= denominator
    return e if at_least else e - 1


def round_fraction(value: Fraction) -> np.float32:
    """The float32 nearest to a rational number, ties to even, subnormals included."""
    if value == 0:
        return np.float32(0)
    step = max(magnitude(value), -126) - 23  # the last place's weight
    whole = round(value * Fraction(2) ** -step)  # Python rounds ties to even
    if abs(whole) * Fraction(2) ** step > Fraction(2) ** 128 - Fraction(2) ** 104:
        return np.float32(math.inf if value > 0 else -math.inf)
    return np.float32(math.copysign(math.ldexp(abs(whole), step), value))


def round_sum(terms: list[float]) -> np.float32:
    """The float32 nearest to a sum: fsum rounds it to float64, which may be rounded once more
    unless it then lies half-way between two float32 (or is subnormal there).
    """
    total = math.fsum(terms)
    mantissa, exponent = math.frexp(total)
    if -125 < exponent < 128 and (int(mantissa * 2.0**53) & (2**29 - 1)) != 2**28:
        return np.float32(total)
    return round_fraction(exact_sum(terms))


def exact_sum(terms: Iterable[float]) -> Fraction:
    """The exact sum of float64 numbers: what fsum leaves is summed again until nothing is left."""
    rest = list(terms)
    total = Fraction(0)
    while (part := math.fsum(rest)) != 0.0:
        total += Fraction(part)
        rest.append(-part)
    return total
