"""How exact an implementation's arithmetic is promised to be.

Source: The OpenCL C Specification, "Relative Error as ULPs" (full and embedded profile,
and -cl-fast-relaxed-math). "k ulp" is a relative error of at most k·2⁻²³ = 2k·u.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray
Height = Callable[[int], float]

FLOAT32_MAX = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Profile:
    """Accuracies of the library's functions in ulp; the rest is float32's unless said otherwise.

    u is the unit roundoff, smallest_normal the number below which results may be flushed to zero,
    largest the largest finite number. height, where a kernel declares it, is how often it rounds
    any one term of a sum of so many, its product included.
    """

    name: str
    divide: float
    sqrt: float
    exponential: float  # exp
    exponential_minus_1: float  # expm1
    logarithm: float
    power: float
    hyperbolic_tangent: float
    relaxed: bool = False
    u: float = 2.0**-24
    smallest_normal: float = 2.0**-126
    largest: float = FLOAT32_MAX
    height: Height | None = None

    def ulps(self, count: float) -> float:
        """A relative error of `count` ulp."""
        return 2 * count * self.u

    def gamma(self, roundings: Array | float) -> Array:
        """γ_n = n·u/(1 − n·u): the relative error of a term that is rounded n times.

        Infinite from n·u = 1 on, where the formula says nothing.
        """
        n = np.asarray(roundings, dtype=np.float64)
        with np.errstate(divide="ignore"):
            return n * self.u / np.maximum(1 - n * self.u, 0.0)

    def summed(self, terms: Array | int, depth: int) -> Array:
        """K·u(1 + u): how far a sum of K rounded terms, relative to that of their magnitudes, may
        be off, in any order and of any length; γ_h where none is rounded more than h times.

        terms counts those that are not zero, depth all that a kernel adds up.
        """
        n = np.asarray(terms, dtype=np.float64)
        error = n * self.u * (1 + self.u)
        return error if self.height is None else np.minimum(error, self.gamma(self.height(depth)))

    def exp(self, x: Array) -> Array:
        """Relative error of exp(x): 3 ulp; relaxed 3 + ⌊|2x|⌋, of an x that was rounded once."""
        growth = np.floor(np.abs(2 * x) * (1 + 2 * self.u)) if self.relaxed else 0.0
        return self.ulps(1) * (self.exponential + growth + np.zeros_like(x))

    def log(self, x: Array) -> Array:
        """Absolute error of log(x): 3 ulp; when relaxed 2⁻²¹ at least on [½, 2]."""
        with np.errstate(divide="ignore", invalid="ignore"):
            error = self.ulps(self.logarithm) * np.abs(np.log(x))
        return np.where((x >= 0.5) & (x <= 2) & self.relaxed, 2.0**-21, error)

    def expm1(self, x: Array) -> Array:
        """Relative error of expm1(x); relaxed: exp(x) − 1, whose error is relative to exp(x)."""
        direct = self.ulps(self.exponential_minus_1) * np.ones_like(x)
        if not self.relaxed:
            return direct
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            value = np.abs(np.expm1(x))
            return np.where(value > 0, direct + self.exp(x) * np.exp(x) / value, 0.0)


FULL = Profile(
    "full",
    divide=2.5,
    sqrt=3,
    exponential=3,
    exponential_minus_1=3,
    logarithm=3,
    power=16,
    hyperbolic_tangent=5,
)
EMBEDDED = replace(
    FULL,
    name="embedded",
    divide=3,
    sqrt=4,
    exponential=4,
    exponential_minus_1=4,
    logarithm=4,
)
RELAXED = replace(
    EMBEDDED,
    name="relaxed",
    exponential=3,
    exponential_minus_1=3,
    power=8192,
    hyperbolic_tangent=8192,
    relaxed=True,
)
# The reference's own arithmetic. IEEE operations are exact to half an ulp; NumPy's functions to
# less than 4 ulp on every CPU, here doubled.
BINARY64 = Profile(
    "binary64",
    divide=0.5,
    sqrt=0.5,
    exponential=8,
    exponential_minus_1=8,
    logarithm=8,
    power=8,
    hyperbolic_tangent=8,
    u=2.0**-53,
    smallest_normal=2.0**-1022,
    largest=float(np.finfo(np.float64).max),
)
PROFILES = (FULL, EMBEDDED, RELAXED)
# Arithmetic of 16 bits, each result rounded as FULL's is to float32.
FLOAT16 = replace(
    FULL,
    name="float16",
    u=2.0**-11,
    smallest_normal=2.0**-14,
    largest=float(np.finfo(np.float16).max),
)
BFLOAT16 = replace(FULL, name="bfloat16", u=2.0**-8, largest=float(2.0**128 - 2.0**120))


def find_profile(profile: str | Profile) -> Profile:
    """The profile of that name."""
    if isinstance(profile, Profile):
        return profile
    every = (*PROFILES, FLOAT16, BFLOAT16)
    for known in every:
        if known.name == profile:
            return known
    names = ", ".join(p.name for p in every)
    raise ValueError(f"unknown profile {profile!r}, expected one of {names}")
