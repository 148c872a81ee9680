"""The comparer: is every element of a result where it must be?

`ok = error <= bound` for every element. What is not a number, not finite, of another shape or
dtype is classified before any arithmetic; a bound of 0 means 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.poison import unwritten_elements

# From here on the nearest float32 is infinity: the largest float32 and half a last place.
OVERFLOW = 2.0**128 - 2.0**103


@dataclass(frozen=True)
class Worst:
    """The element that uses most of its bound, or exceeds it most."""

    index: tuple[int, ...]
    expected: float
    got: float
    bound: float

    def __str__(self) -> str:
        return (
            f"at {list(self.index)}: expected {self.expected:.9g}, got {self.got:.9g}, "
            f"error {abs(self.got - self.expected):.3g}, bound {self.bound:.3g}"
        )


@dataclass(frozen=True)
class Comparison:
    """What the comparer found. `failed` of `count` elements are not where they must be.

    budget_used is the largest error over bound: at most 1 in a result that passes, infinite where
    the bound is 0 or an element is of the wrong class (NaN, infinity). precision is the error as a
    multiple of the worst that honest float32 sums make (precision.py), where there are sums.
    """

    verdict: str
    message: str = ""
    failed: int = 0
    count: int = 0
    budget_used: float = 0.0
    precision: float | None = None
    worst: Worst | None = None


@dataclass(frozen=True)
class Tolerance:
    """Fixed tolerances in place of the derived bound: |got − expected| ≤ atol + rtol·|expected|."""

    rtol: float = 0.0
    atol: float = 0.0

    def bound(self, value: np.ndarray) -> np.ndarray:
        finite = np.where(np.isfinite(value), np.abs(value), 0.0)
        return self.atol + self.rtol * finite

    def around(self, expected: Enclosure) -> Enclosure:
        """The values with this tolerance as their bound."""
        return replace(expected, bound=self.bound(expected.value))


def compare(
    got: np.ndarray, expected: Enclosure, dtype: type, tolerance: Tolerance | None = None
) -> Comparison:
    """The verdict on `got`: pass, unwritten or wrong, with the worst element.

    dtype is what `got` must be; a tolerance replaces the enclosure's bound. A bound that is
    infinite says that nothing is known of the element: anything passes there, NaN too.
    """
    value = expected.value
    if got.shape != value.shape:
        return incomparable(got, f"shape {got.shape}, expected {value.shape}")
    if got.dtype != dtype:
        return incomparable(got, f"dtype {got.dtype}, expected {np.dtype(dtype)}")
    found = list(pieces(got, expected, tolerance))
    failed = sum(one.failed for one in found)
    unwritten = sum(one.unwritten for one in found)
    verdict, message = "pass", ""
    if failed:
        verdict, message = "wrong", f"{failed} of {got.size} elements beyond their bound"
    if unwritten:
        verdict, message = "unwritten", f"{unwritten} of {got.size} elements never written"
    budget = max((one.used for one in found), default=0.0)
    if not found:
        return Comparison(verdict, message, failed, got.size, budget)
    most = max(found, key=lambda one: (one.most, one.error))
    index = tuple(int(i) for i in np.unravel_index(most.place, value.shape))
    worst = Worst(index, float(value[index]), float(got[index]), most.bound)
    return Comparison(verdict, message, failed, got.size, budget, worst=worst)


def incomparable(got: np.ndarray, message: str) -> Comparison:
    """The verdict on a result of which no element has a place, or none a value."""
    return Comparison("wrong", message, got.size, got.size, np.inf)


# Elements at a time: what is computed of them stays in the processor's cache, and a large result's
# errors need not be in memory at once.
PIECE = 2**16


@dataclass(frozen=True)
class Part:
    """What some elements of a result say: how many are wrong, the most that is used of a bound.

    place   of the worst, among all elements in order, and its bound; `most` and `error` are what
            it has of both, beyond its bound infinite
    """

    failed: int
    unwritten: int
    used: float
    most: float
    error: float
    place: int
    bound: float


def pieces(got: np.ndarray, expected: Enclosure, tolerance: Tolerance | None) -> Iterator[Part]:
    """The result piece by piece."""
    given, value, others = got.reshape(-1), expected.value.reshape(-1), expected.choices
    wide = None
    if expected.bound is not None:
        wide = np.broadcast_to(expected.bound, expected.value.shape).reshape(-1)
    for start in range(0, got.size, PIECE):
        some = slice(start, start + PIECE)
        choices = None if others is None else others.reshape(len(others), -1)[:, some]
        piece = Enclosure(value[some], None if wide is None else wide[some], choices)
        own = piece if tolerance is None else tolerance.around(piece)
        yield all_within(given[some], own, start) or part(given[some], own, start)


def all_within(got: np.ndarray, expected: Enclosure, start: int) -> Part | None:
    """What a piece says if every element is a number within a finite bound; None where not.

    An error that is at most its bound is one of numbers, and the bound is no NaN and not negative:
    nothing needs to be classified. Few passes over the piece, which most are settled by.
    """
    if got.dtype.kind != "f" or expected.choices is not None:
        return None
    bound = expected.radius
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.subtract(got, expected.value)
        np.abs(error, out=error)
        if not (np.all(error <= bound) and bound.max() < np.inf):
            return None
        used = error / bound
    place = int(np.argmax(used))  # of NaN, which 0/0 is, the first
    if np.isnan(used[place]):
        used[error == 0] = 0.0
        place = int(np.argmax(used))
    alike = used == used[place]
    if np.count_nonzero(alike) > 1:
        place = int(np.argmax(np.where(alike, error, -1.0)))
    most = float(used[place])
    return Part(0, 0, most, most, float(error[place]), start + place, float(bound[place]))


def part(got: np.ndarray, expected: Enclosure, start: int) -> Part:
    """What a piece that begins there says, whatever it holds."""
    bound = allowed(expected, None)
    error = distance(got, expected, bound)
    missing = unwritten_elements(got)
    wrong = beyond(error, bound) | missing
    used = share(error, bound)
    most = np.where(wrong, np.inf, used)
    size = np.where(most == most.max(), np.where(np.isnan(error), np.inf, error), -1.0)
    place = int(np.argmax(size))
    counts = int(np.count_nonzero(wrong)), int(np.count_nonzero(missing))
    largest = float(used.max()), float(most.max()), float(size[place])
    return Part(*counts, *largest, start + place, float(bound[place]))


def wrong_elements(
    got: np.ndarray, expected: Enclosure, tolerance: Tolerance | None = None
) -> np.ndarray:
    """bool, of `got`'s shape: which elements are not admissible, or were never written.

    `compare` fails a result of the expected shape and dtype where any is. Raises ValueError where
    the shapes differ, for then no element has a place.
    """
    if got.shape != expected.value.shape:
        raise ValueError(f"wrong_elements: shape {got.shape}, expected {expected.value.shape}")
    bound = allowed(expected, tolerance)
    return beyond(distance(got, expected, bound), bound) | unwritten_elements(got)


def allowed(expected: Enclosure, tolerance: Tolerance | None) -> np.ndarray:
    """How far each element may be from its value; refuses what is no bound."""
    bound = expected.radius if tolerance is None else tolerance.bound(expected.value)
    if np.any(np.isnan(bound) & ~np.isnan(expected.value)) or np.any(bound < 0):
        raise ValueError("compare: a bound is NaN or negative where a number is expected")
    return bound


def beyond(error: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """Where it is not so that error <= bound; a NaN that is expected has a bound of 0."""
    return ~(error <= np.where(np.isnan(bound), 0.0, bound))


def distance(got: np.ndarray, expected: Enclosure, bound: np.ndarray) -> np.ndarray:
    """|got − the nearest admissible value|; infinite where the classes differ."""
    with np.errstate(invalid="ignore", over="ignore"):
        numbers = got.astype(np.float64)  # a signalling NaN too
        error = separation(numbers, expected.value)
        for choice in () if expected.choices is None else expected.choices:
            error = np.minimum(error, separation(numbers, choice))
        # A value that may round to infinity may be infinity.
        reach = np.abs(expected.value) + np.where(np.isnan(bound), 0.0, bound)
        overflowed = np.isinf(numbers) & (np.sign(numbers) == np.sign(expected.value))
    return np.where(overflowed & np.isfinite(expected.value) & (reach >= OVERFLOW), 0.0, error)


def separation(got: np.ndarray, value: np.ndarray) -> np.ndarray:
    """|got − value|: 0 for the same infinity and for two NaN, infinite between classes."""
    same = (got == value) | (np.isnan(got) & np.isnan(value))
    comparable = np.isfinite(got) & np.isfinite(value)
    return np.where(same, 0.0, np.where(comparable, np.abs(got - value), np.inf))


def share(error: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """error/bound: 0 where there is no error, infinite for any error beyond a bound of 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(error == 0, 0.0, error / bound)
    return np.where(np.isinf(bound), 0.0, np.where(np.isnan(ratio), np.inf, ratio))
