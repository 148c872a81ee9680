"""What wrong elements hold, and what is expected of them.

They are nothing, NaN, one and the same number, of one sign; they are those that should be negative,
zero, large.
"""

from collections.abc import Iterator
from math import log10

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.poison import unwritten_elements

from .chance import FULL, LARGE, TELLING, contained, doubles

Array = np.ndarray

# So many errors of one sign are no accident.
ONE_SIDED = 14


def find_kinds(wrong: Array, expected: Enclosure, got: Array) -> str:
    """What kind of numbers the wrong elements hold: unwritten, NaN, one and the same, one-sided."""
    mine, value = got[wrong], expected.value[wrong]
    numbers, missing = doubles(mine), unwritten_elements(mine)
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
    del kinds["0"]
    parts = [
        f"{100 * those.mean():.3g} % of the wrong elements are {words}"
        for words, those in kinds.items()
        if those.mean() >= 0.01
    ]
    return ", ".join(parts) or one_sided(numbers, value)


def one_sided(numbers: Array, value: Array) -> str:
    """Whether all errors have one sign."""
    if numbers.size < ONE_SIDED:
        return ""
    for where, mine, right in (("", numbers, value), (" in size", np.abs(numbers), np.abs(value))):
        if np.all(mine > right):
            return f"always too large{where}"
        if np.all(mine < right):
            return f"always too small{where}"
    return ""


def find_condition(wrong: Array, expected: Enclosure) -> str:
    """The condition on the expected value that all wrong elements meet, if by no accident."""
    count, whole = int(np.count_nonzero(wrong)), wrong.size
    best, words = TELLING, ""
    for name, holds, alternatives in conditions(wrong, expected.value):
        size = int(np.count_nonzero(holds))
        if size == whole or np.any(wrong & ~holds):
            continue
        chance = contained(count, size, whole) + log10(alternatives)
        if chance < best and (size <= LARGE * whole or count >= FULL * size):
            best, words = chance, name
    return f"only where the expected value is {words}" if words else ""


def conditions(wrong: Array, value: Array) -> Iterator[tuple[str, Array, int]]:
    """Conditions in words, where they hold, and how many are as simple."""
    if value.dtype.kind != "f":
        return
    yield "NaN", np.isnan(value), 2
    yield "infinite", np.isinf(value), 2
    yield "0", value == 0, 2
    yield "negative", value < 0, 2
    yield "positive", value > 0, 2
    yield "not 0", value != 0, 2
    if wrong.all() or not np.isfinite(value).all():
        return
    for words, measure in (("", value), (" in size", np.abs(value))):
        least, most = measure[wrong].min(), measure[wrong].max()
        if least > measure[~wrong].max():
            yield f"{least:.4g} or more{words}", measure >= least, value.size
        if most < measure[~wrong].min():
            yield f"{most:.4g} or less{words}", measure <= most, value.size
