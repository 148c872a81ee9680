"""Whether elements are wrong by what is expected of them: negative ones, zeros, large ones."""

from collections.abc import Iterator
from math import log10

import numpy as np

from clgold.reference import Enclosure

from .chance import FULL, LARGE, TELLING, contained

Array = np.ndarray


def find_condition(wrong: Array, expected: Enclosure) -> str:
    """The condition on the expected value that all wrong elements meet, if by no accident."""
    count, whole = int(np.count_nonzero(wrong)), wrong.size
    best, words = TELLING, ""
    for name, holds, alternatives in conditions(wrong, expected):
        size = int(np.count_nonzero(holds))
        if size == whole or np.any(wrong & ~holds):
            continue
        chance = contained(count, size, whole) + log10(alternatives)
        if chance < best and (size <= LARGE * whole or count >= FULL * size):
            best, words = chance, name
    return f"only where the expected value is {words}" if words else ""


def conditions(wrong: Array, expected: Enclosure) -> Iterator[tuple[str, Array, int]]:
    """Conditions in words, where they hold, and how many are as simple."""
    value = expected.value
    if value.dtype.kind != "f":
        return
    size = np.abs(value)
    yield "NaN", np.isnan(value), 2
    yield "infinite", np.isinf(value), 2
    yield "0", value == 0, 2
    yield "negative", value < 0, 2
    yield "positive", value > 0, 2
    yield "not 0", value != 0, 2
    if wrong.all() or not np.isfinite(value).all():
        return
    for words, measure in (("{}", value), ("{} in size", size)):
        least = float(measure.min(where=wrong, initial=np.inf))
        most = float(measure.max(where=wrong, initial=-np.inf))
        if least > measure.max(where=~wrong, initial=-np.inf):
            yield words.format(f"{least:.4g} or more"), measure >= least, value.size
        if most < measure.min(where=~wrong, initial=np.inf):
            yield words.format(f"{most:.4g} or less"), measure <= most, value.size
