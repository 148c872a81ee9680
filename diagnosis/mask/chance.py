"""How unlikely it is that a pattern is an accident: what is said of a result must be no luck.

Chances are base-10 logarithms. The number of other patterns that one would have noticed as well
counts against a pattern.
"""

import math
from dataclasses import dataclass

import numpy as np

# A pattern is told if less than one random mask in ten thousand had it, or one as simple.
TELLING = -4.0
# The share of elements that must follow a rule, and the chance that no accident may have.
NEARLY_ALL, SURE = 0.95, -6.0
# Up to so many numbers are paired with all others.
PAIRED = 32
# A region that leaves so little out must be full of wrong elements to be worth a word.
LARGE, FULL = 0.75, 0.9


@dataclass(frozen=True)
class Region:
    """Where all wrong elements lie: in words, the number of elements, its chance."""

    words: str
    size: int
    chance: float


def evenly(wrong: np.ndarray, most: int) -> tuple[np.ndarray, ...]:
    """The indices of at most so many True elements, evenly spread, in order.

    Spread by the golden ratio: a fixed step could meet one column in every row.
    """
    flat = np.flatnonzero(wrong)
    if flat.size > most:
        turns = np.arange(most) * ((math.sqrt(5) - 1) / 2) % 1
        flat = flat[np.unique((turns * flat.size).astype(np.int64))]
    return np.unravel_index(flat, wrong.shape)


def contained(wrong: int, region: int, whole: int) -> float:
    """The chance that so many elements of `whole`, drawn at random, all lie in `region`."""

    def ways(size: int) -> float:
        return math.lgamma(size + 1) - math.lgamma(size - wrong + 1)

    return -math.inf if wrong > region else (ways(region) - ways(whole)) / math.log(10)


def doubles(values: np.ndarray) -> np.ndarray:
    """The values in float64; a signalling NaN, such as foreign bytes may hold, as a NaN."""
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64)


def matched(got: np.ndarray, value: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Where a number lies within the radius of another, or both are NaN, or the same infinity."""
    with np.errstate(invalid="ignore"):
        near = np.abs(got - value) <= radius
    return near | (got == value) | (np.isnan(got) & np.isnan(value))


def following(
    got: np.ndarray, value: np.ndarray, radius: np.ndarray, most: float = NEARLY_ALL
) -> float:
    """The share of pairs that match; 0 if fewer than `most` do, or unrelated numbers would, too.

    got, value and radius are (K,). How often unrelated ones match is measured by pairing each
    with others: where nearly all expected values are 0, zeros prove nothing.
    """
    count = got.size
    share = float(np.mean(matched(got, value, radius))) if count > 1 else 0.0
    if share < most:
        return 0.0
    steps = range(1, count) if count <= PAIRED else {1 + (count * k) // 7 for k in range(1, 6)}
    luck = np.mean([np.mean(matched(np.roll(got, step), value, radius)) for step in steps])
    floor = 1 / (count * len(steps))
    chance = count * share * math.log10(min(1.0, max(float(luck), floor)))
    return share if chance <= SURE else 0.0


def with_share(words: str, share: float) -> str:
    """The words for a rule, with the share of the wrong elements that follow it if not all do."""
    return words if share == 1 else f"{words} ({100 * share:.3g} % of what is wrong)"
