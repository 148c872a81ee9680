"""What it is to be the float32 nearest to an exact number, and numbers near the middle of two."""

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from definitions import EXACT
from hypothesis import strategies as st

from clgold.reference import correctly_rounded

Array = np.ndarray
F = np.float32
OVERFLOW = Fraction(2) ** 128  # where the number after the largest float32 would be
LARGEST = float(np.finfo(np.float32).max)
QUIET_NAN = 0x7FC00000


def as_fraction(value: Any) -> Fraction:
    """A definition's number as a fraction; what is smaller than 2⁻³⁰⁰⁰ keeps its sign only."""
    if not isinstance(value, mpmath.mpf):
        return value if isinstance(value, Fraction) else Fraction(float(value))
    mantissa, exponent = value.man_exp
    magnitude = Fraction(int(mantissa)) * Fraction(2) ** max(int(exponent), -3000)
    return -magnitude if value < 0 else magnitude


def place(y: np.float32) -> Fraction:
    """Where a float32 stands when roundings are compared; infinity is the next after the last."""
    return Fraction(float(y)) if np.isfinite(y) else int(np.sign(y)) * OVERFLOW


def neighbours(y: np.float32) -> tuple[np.float32, np.float32]:
    """The float32 before and after y."""
    with np.errstate(over="ignore"):
        return np.nextafter(y, F(-np.inf)), np.nextafter(y, F(np.inf))


def is_nearest(y: np.float32, exact: Fraction) -> bool:
    """Whether neither neighbour of y is nearer to the exact number, or as near and even."""
    distance = abs(place(y) - exact)
    least = min(abs(place(other) - exact) for other in neighbours(y) if other != y)
    even = not y.view(np.uint32) & 1
    return distance < least or (distance == least and bool(even))


def agrees(y: np.float32, exact: Any) -> bool:
    """Whether y is what the exact number rounds to, with the bits that zero and NaN have here."""
    if not math.isfinite(exact):
        return y.view(np.uint32) == QUIET_NAN if math.isnan(exact) else bool(y == exact)
    return is_nearest(y, as_fraction(exact)) and (y != 0 or not np.signbit(y))


def rounds_to_definition(layer: str, operands: tuple[Any, ...], attributes: dict[str, Any]) -> bool:
    """Whether every element is the nearest to the definition's."""
    got = correctly_rounded(layer, *operands, **attributes)
    exact = EXACT[layer](*operands, **attributes)
    assert got.dtype == np.float32
    assert got.shape == exact.shape
    return all(agrees(got[index], exact[index]) for index in np.ndindex(got.shape))


def floats(*values: float) -> Array:
    """Operands that are float32 without rounding."""
    array = np.array(values, np.float32)
    assert array.tolist() == list(values)
    return array


def one_row(*values: float) -> Array:
    """An image of one row, (1, 1, 1, W)."""
    return floats(*values).reshape(1, 1, 1, -1)


# Numbers of every size, and numbers on or next to the middle between two float32.
FLOAT32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def near_ties(draw: st.DrawFn) -> Fraction:
    y = F(draw(FLOAT32))
    middle = (place(y) + place(neighbours(y)[1])) / 2
    return middle + draw(st.sampled_from((-1, 0, 1))) * Fraction(1, 2 ** draw(st.integers(1, 500)))
