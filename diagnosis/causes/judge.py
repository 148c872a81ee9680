"""How well a wrong convention explains what a device gave, in bits of evidence.

An element speaks for a convention by log₂ of the factor by which its error shrinks under it, and
against it by that by which the error grows. Below a small share of the bound an error is rounding,
and says nothing. An index is right or wrong: it says log₂ of how many there are over how many the
convention admits.
"""

from dataclasses import astuple, dataclass

import numpy as np

from clgold.conformance.judge.compare import Tolerance, distance
from clgold.reference import Enclosure

Array = np.ndarray

# Honest float32 sums use a few hundredths of their bound.
NOISE = 0.02
ROUNDING = 2.0**-24
SMALLEST = 2.0**-147
# How much of its own bound a form's rounding must use to be evidence.
FORM = 64.0
# What one element may say at most: float32 has no more bits.
LOUDEST = 24.0


@dataclass(frozen=True)
class Fit:
    """How many elements: all, beyond their bound before and after, mended and spoilt; the bits."""

    count: int = 0
    before: int = 0
    after: int = 0
    mended: int = 0
    spoilt: int = 0
    bits: float = 0.0

    def __add__(self, other: "Fit") -> "Fit":
        return Fit(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def explains(self) -> bool:
        """Whether most of what was beyond its bound is mended, and next to nothing spoilt."""
        return self.mended > 0.5 * self.before and self.spoilt <= 0.1 * self.mended

    @property
    def whole(self) -> bool:
        """Whether it explains every element."""
        return self.explains and self.after == 0


def fit(
    got: Array,
    right: Enclosure,
    wrong: Enclosure,
    tolerance: Tolerance | None = None,
    options: int = 0,
    form: bool = False,
) -> Fit:
    """The evidence in one array of the outputs' shape; `options` is how many indices there are.

    A `form` of the right formula gives the same but for its roundings: an element that is wrong,
    but within a bound of its own that is not much more than that, says one bit.

    Of what the convention reads beyond an array's end nobody knows the value: a bound that is
    infinite admits anything there but the right one, and it is no evidence.
    """
    bound, wide = allowed(right), allowed(wrong)
    if tolerance is not None:
        bound, wide = tolerance.bound(right.value), np.maximum(wide, tolerance.bound(wrong.value))
    before, after = distance(got, right, bound), distance(got, wrong, wide)
    wide = np.where(np.isinf(bound), np.inf, wide)  # what is unknown rightly is unknown wrongly
    beyond = np.isnan(wrong.value) & np.isinf(wide) & np.isfinite(bound)
    held = before <= bound
    # A bound as large as what was given admits that whatever the convention.
    largest = np.abs(got[np.isfinite(got)]).max(initial=0.0)
    telling = held | beyond | (after < before) | (wide <= largest)
    holds = (after <= wide) & telling & ~(beyond & held)
    ordinary = np.isfinite(right.value) & np.isfinite(wrong.value)
    if not form:  # where a convention gives what is right, it admits what is admitted rightly
        same = (wrong.value == right.value) | (np.isnan(wrong.value) & np.isnan(right.value))
        holds |= held & same
    mended, spoilt = ~held & holds & (~beyond | np.isnan(got)), held & ~holds & ordinary
    if options:
        each = np.log2(np.maximum(options / admissible(wrong), 1.0))
        bits = float(np.sum(each * mended)) - float(np.log2(options)) * int(np.sum(spoilt))
    else:
        bits = float(gain(got, before, after, bound)[~beyond].sum())
    if form:
        bits += np.count_nonzero(mended & (wide <= FORM * before))
    # Where terms may overflow, infinities and NaN come of some orders, and say nothing.
    admitted = ~np.isfinite(got) & np.isinf(wrong.radius) & ~np.isnan(wrong.value)
    failing, left, better, worse = (
        int(np.count_nonzero(one)) for one in (~held, ~(holds | admitted), mended, spoilt)
    )
    return Fit(got.size, failing, left, better, worse, bits)


def admissible(wrong: Enclosure) -> Array:
    """How many different results the convention admits, element by element."""
    if wrong.choices is None:
        return np.ones(wrong.value.shape)
    every = np.sort(np.concatenate([wrong.value[np.newaxis], wrong.choices]), axis=0)
    different: Array = 1 + (np.diff(every, axis=0) != 0).sum(axis=0)
    return different


def allowed(expected: Enclosure) -> Array:
    """The bound; 0 where a NaN or an infinity is expected, however far it may be off."""
    none = np.isnan(expected.radius) | np.isinf(expected.value)
    return np.where(none, 0.0, expected.radius)


def gain(got: Array, before: Array, after: Array, bound: Array) -> Array:
    """log₂ of before/after, element by element; 0 where both are noise, or of another class."""
    size = np.where(np.isfinite(got), np.abs(got.astype(np.float64)), 0.0)
    known = np.where(np.isfinite(bound), bound, 0.0)  # the same for every convention
    noise = np.maximum(np.maximum(NOISE * known, ROUNDING * size), SMALLEST)
    with np.errstate(over="ignore"):
        largest = np.ldexp(noise, int(LOUDEST))
    ratio = np.clip(before, noise, largest) / np.clip(after, noise, largest)
    return np.where(np.isfinite(bound), np.log2(ratio), 0.0)
