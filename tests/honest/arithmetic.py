"""float32 arithmetic as OpenCL C permits it, emulated operation by operation.

Additions and products are correctly rounded. Library functions are too, or they are off by the
whole accuracy that OpenCL C grants them, in the direction that the caller says does most harm.
Subnormal operands and results may be flushed to zero; a·b + c may be rounded once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clgold.reference import FULL, Profile

Array = np.ndarray
F = np.float32
Values = np.ndarray | np.float32
SMALLEST_NORMAL = F(2.0**-126)


@dataclass(frozen=True)
class Arithmetic:
    """One way to compute in float32. `lean` 0: functions are correctly rounded; ±1: off by all
    that `profile` permits, times the `way` (±1) of the call.
    """

    name: str
    fused: bool = False
    flushes: bool = False
    lean: int = 0
    profile: Profile = FULL

    def flush(self, values: Values) -> Array:
        """Subnormal numbers as zero, if this arithmetic flushes."""
        values = np.asarray(values, F)
        return np.where(np.abs(values) < SMALLEST_NORMAL, F(0), values) if self.flushes else values

    def add(self, a: Values, b: Values) -> Array:
        return self.flush(self.flush(a) + self.flush(b))

    def subtract(self, a: Values, b: Values) -> Array:
        return self.flush(self.flush(a) - self.flush(b))

    def multiply(self, a: Values, b: Values) -> Array:
        return self.flush(self.flush(a) * self.flush(b))

    def multiply_add(self, a: Values, b: Values, c: Values) -> Array:
        """a·b + c, rounded once or twice."""
        if not self.fused:
            return self.add(self.multiply(a, b), c)
        return self.flush(fused_multiply_add(self.flush(a), self.flush(b), self.flush(c)))

    def divide(self, a: Values, b: Values, way: int = 1) -> Array:
        return self.call(np.divide, self.profile.divide, way, a, b)

    def sqrt(self, x: Values, way: int = 1) -> Array:
        return self.call(np.sqrt, self.profile.sqrt, way, x)

    def rsqrt(self, x: Values, way: int = 1) -> Array:
        return self.call(lambda v: 1 / np.sqrt(v), 2, way, x)

    def exp(self, x: Values, way: int = 1) -> Array:
        """exp(0) is 1 (C99, F.9.3.1), however inexact the rest."""
        found = self.call(np.exp, self.profile.exponential, way, x)
        return np.where(self.flush(x) == 0, F(1), found)

    def expm1(self, x: Values, way: int = 1) -> Array:
        return self.call(np.expm1, self.profile.exponential_minus_1, way, x)

    def log(self, x: Values, way: int = 1) -> Array:
        return self.call(np.log, self.profile.logarithm, way, x)

    def power(self, x: Values, y: Values, way: int = 1) -> Array:
        return self.call(np.power, self.profile.power, way, x, y)

    def tanh(self, x: Values, way: int = 1) -> Array:
        return self.call(np.tanh, self.profile.hyperbolic_tangent, way, x)

    def call(
        self, function: Callable[..., Array], ulps: float, way: int, *operands: Values
    ) -> Array:
        """float32 of the function, computed in float64 and moved by lean·way·ulps last places."""
        exact = function(*(self.flush(operand).astype(np.float64) for operand in operands))
        return self.flush(moved(exact, self.lean * way * ulps))


PLAIN = Arithmetic("plain")
FUSED = Arithmetic("fused", fused=True)
FLUSHED = Arithmetic("flushed", flushes=True)
UP = Arithmetic("up", lean=1)
DOWN = Arithmetic("down", fused=True, lean=-1)
EXACT_FUNCTIONS = (PLAIN, FUSED, FLUSHED)
EVERY = (PLAIN, FUSED, FLUSHED, UP, DOWN)


def moved(exact: Array, ulps: float) -> Array:
    """The float32 farthest from `exact` towards exact + ulps last places, not beyond."""
    if ulps == 0:
        return exact.astype(F)
    _, exponent = np.frexp(exact)
    reach = ulps * np.ldexp(1.0, exponent - 24)
    result = (exact + reach).astype(F)
    beyond = np.abs(result.astype(np.float64) - exact) > np.abs(reach)
    result = np.where(beyond, np.nextafter(result, exact.astype(F)), result)
    normal = np.isfinite(exact) & (np.abs(exact) > 2.0**-125)
    return np.where(normal, result, exact.astype(F))


def fused_multiply_add(a: Array, b: Array, c: Array) -> Array:
    """float32 of a·b + c, rounded once.

    The product is exact in float64. Their float64 sum is rounded to odd, which makes the rounding
    to float32 that follows the only one that counts (Boldo, Melquiond, IEEE TC 57(4), 2008).
    """
    product, addend = a.astype(np.float64) * b, c.astype(np.float64)
    total = product + addend
    back = total - product
    left = (product - (total - back)) + (addend - back)  # what the sum lost, exactly
    even = np.atleast_1d(total).view(np.int64).reshape(total.shape) % 2 == 0
    towards = np.where(left > 0, np.inf, -np.inf)
    odd = np.where((left != 0) & even & np.isfinite(left), np.nextafter(total, towards), total)
    return odd.astype(F)
