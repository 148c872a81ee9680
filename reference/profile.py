"""How exact an implementation's arithmetic is promised to be.

Source: The OpenCL C Specification, "Relative Error as ULPs" (full and embedded profile,
and -cl-fast-relaxed-math). "k ulp" is a relative error of at most k·2⁻²³ = 2k·u.
"""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

FLOAT32_MAX = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Profile:
    """Accuracies of the library's functions in ulp; the rest is float32's unless said otherwise.

    u is the unit roundoff, smallest_normal the number below which results may be flushed to zero,
    largest the largest finite number.
    """

    name: str
    divide: float
    sqrt: float
    exponential: float  # exp
    exponential_minus_1: float  # expm1
    relaxed: bool = False
    u: float = 2.0**-24
    smallest_normal: float = 2.0**-126
    largest: float = FLOAT32_MAX

    def ulps(self, count: float) -> float:
        """A relative error of `count` ulp."""
        return 2 * count * self.u

    def gamma(self, roundings: Array | int) -> Array:
        """γ_n = n·u/(1 − n·u): the relative error of a term that is rounded n times."""
        n = np.asarray(roundings, dtype=np.float64)
        return n * self.u / (1 - n * self.u)

    def exp(self, x: Array) -> Array:
        """Relative error of exp(x): 3 ulp, and 3 + ⌊|2x|⌋ when the mathematics is relaxed."""
        growth = np.floor(np.abs(2 * x)) if self.relaxed else 0.0
        return self.ulps(1) * (self.exponential + growth + np.zeros_like(x))

    def expm1(self, x: Array) -> Array:
        """Relative error of expm1(x); relaxed: exp(x) − 1, whose error is relative to exp(x)."""
        direct = self.ulps(self.exponential_minus_1) * np.ones_like(x)
        if not self.relaxed:
            return direct
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            value = np.abs(np.expm1(x))
            return np.where(value > 0, direct + self.exp(x) * np.exp(x) / value, 0.0)


FULL = Profile("full", divide=2.5, sqrt=3, exponential=3, exponential_minus_1=3)
EMBEDDED = Profile("embedded", divide=3, sqrt=4, exponential=4, exponential_minus_1=4)
RELAXED = Profile(
    "relaxed", divide=3, sqrt=4, exponential=3, exponential_minus_1=3, relaxed=True
)
PROFILES = (FULL, EMBEDDED, RELAXED)


def find_profile(profile: str | Profile) -> Profile:
    """The profile of that name."""
    if isinstance(profile, Profile):
        return profile
    for known in PROFILES:
        if known.name == profile:
            return known
    names = ", ".join(p.name for p in PROFILES)
    raise ValueError(f"unknown profile {profile!r}, expected one of {names}")
