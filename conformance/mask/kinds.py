"""What wrong elements hold: nothing, NaN, one and the same number; errors of one sign."""

import numpy as np

from clgold.device.memory import POISON
from clgold.reference import Enclosure

from .chance import doubles

Array = np.ndarray

# So many errors of one sign are no accident.
ONE_SIDED = 14


def find_kinds(wrong: Array, expected: Enclosure, got: Array) -> str:
    """What kind of numbers the wrong elements hold: unwritten, NaN, one and the same, one-sided."""
    mine, value = got[wrong], expected.value[wrong]
    numbers = doubles(mine)
    missing = unwritten(mine)
    kinds = {
        "never written": missing,
        "NaN": np.isnan(numbers) & ~missing,
        "infinite": np.isinf(numbers),
        "0": numbers == 0,
    }
    every = "all " if mine.size > 1 else "it is "
    for words, those in kinds.items():
        if those.all():
            return words if words == "never written" else every + words
    if np.all(mine == mine.flat[0]) and np.any(value != value.flat[0]):
        return f"all {numbers[0]:.6g}"
    parts = [
        f"{100 * those.mean():.3g} % of the wrong elements are {words}"
        for words, those in list(kinds.items())[:3]
        if those.mean() >= 0.01
    ]
    if parts:
        return ", ".join(parts)
    return one_sided(numbers, value)


def unwritten(values: Array) -> Array:
    """Where values still hold what their array was filled with before the kernel ran."""
    if values.dtype.itemsize != POISON.itemsize:
        return np.zeros(values.shape, bool)
    return np.ascontiguousarray(values).view(np.uint32) == POISON


def one_sided(numbers: Array, value: Array) -> str:
    """Whether all errors have one sign."""
    if numbers.size < ONE_SIDED:
        return ""
    if np.all(numbers > value):
        return "always too large"
    if np.all(numbers < value):
        return "always too small"
    with np.errstate(invalid="ignore"):
        inward = np.abs(numbers) < np.abs(value)
    if inward.all():
        return "always too small in size"
    return "always too large in size" if not inward.any() else ""
