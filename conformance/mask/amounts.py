"""Wrong elements that follow from the expected: by a factor, an offset, a power, a sign."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from clgold.reference import Enclosure

from .chance import agreement, doubles, evenly, matched

Array = np.ndarray
Rule = tuple[str, Array, Array]

# The share of elements that must obey a rule; the fewest from which one is read.
NEARLY_ALL, FEWEST = 0.95, 6
# Elements that are looked at, evenly spread; the chance (log10) that no accident may have.
CHECK, SURE = 2**14, -6.0
ROUNDING = 2.0**-22


def find_rule(wrong: Array, expected: Enclosure, got: Array, names: tuple[str, ...]) -> str:
    """How wrong elements follow from the expected values, in words; none where they do not."""
    some = evenly(wrong, CHECK)
    mine, value = doubles(got[some]), doubles(expected.value[some])
    usable = np.isfinite(mine) & np.isfinite(value) & np.isfinite(expected.radius[some])
    if got.dtype.kind != "f" or usable.sum() < max(FEWEST, NEARLY_ALL * usable.size):
        return ""
    mine, value, radius = mine[usable], value[usable], expected.radius[some][usable]
    if np.all(mine == mine[0]):
        return ""
    for words, answer, tolerance in rules(mine, value, radius):
        share, luck = agreement(mine, answer, tolerance)
        if share >= NEARLY_ALL and luck <= SURE:
            return words if share == 1 else f"{words} ({100 * share:.3g} % of what is wrong)"
    if wrong.ndim > 1:
        return by_channel(names[1], some[1][usable], mine, value, radius)
    return ""


def rules(mine: Array, value: Array, radius: Array) -> Iterator[Rule]:
    """Rules in words, what they give, and how far an honest result may be from it; (K,) each."""
    slack = ROUNDING * np.abs(mine)
    with np.errstate(all="ignore"):
        yield "the sign is reversed", -value, radius
        yield "the absolute value of what is expected", np.abs(value), radius
        yield "the square of what is expected", value**2, 2 * np.abs(value) * radius + slack
        root = np.sqrt(np.abs(value))
        yield "the square root of what is expected", root, radius / (2 * root) + slack
        yield "the reciprocal of what is expected", 1 / value, radius / value**2 + slack
    factor, doubt = fitted_factor(mine, value, radius)
    allowed = radius * max(1.0, abs(factor)) + np.abs(value) * doubt + slack
    yield factor_words(factor, doubt), factor * value, allowed
    offset, doubt = fitted_offset(mine, value, radius)
    yield f"what is expected {signed(offset)}", value + offset, radius + doubt + slack


def fitted_factor(mine: Array, value: Array, radius: Array) -> tuple[float, float]:
    """The median of mine/value where it is surest, and how far it may be off."""
    with np.errstate(all="ignore"):
        doubt = np.where(value != 0, radius / np.abs(value), np.inf)
        surest = np.argsort(doubt, kind="stable")[: max(1, mine.size // 4)]
        factor = float(np.median(mine[surest] / value[surest]))
    if not np.isfinite(factor):
        return 0.0, 0.0
    return factor, float(np.median(doubt[surest])) * max(1.0, abs(factor))


def fitted_offset(mine: Array, value: Array, radius: Array) -> tuple[float, float]:
    """The median of mine − value where it is surest, and how far it may be off."""
    surest = np.argsort(radius, kind="stable")[: max(1, mine.size // 4)]
    return float(np.median((mine - value)[surest])), float(np.median(radius[surest]))


def fitted_line(mine: Array, value: Array, radius: Array) -> tuple[float, float, Array]:
    """Factor and offset of the line through all, and how far it may be off at each."""
    centred = value - value.mean()
    spread = float(np.sum(centred**2))
    factor = float(np.sum(centred * (mine - mine.mean()))) / spread if spread > 0 else 1.0
    return factor, float(mine.mean() - factor * value.mean()), radius * max(1.0, abs(factor))


def own_offset(mine: Array, value: Array, radius: Array) -> tuple[float, float, Array]:
    """fitted_offset as a line."""
    offset, doubt = fitted_offset(mine, value, radius)
    return 1.0, offset, np.full(mine.size, doubt)


def own_factor(mine: Array, value: Array, radius: Array) -> tuple[float, float, Array]:
    """fitted_factor as a line."""
    factor, doubt = fitted_factor(mine, value, radius)
    return factor, 0.0, doubt * np.abs(value)


def by_channel(name: str, channel: Array, mine: Array, value: Array, radius: Array) -> str:
    """Whether each channel (or what `name` says) has an offset or a factor of its own, or both.

    channel is (K,) int.
    """
    _, place, counts = np.unique(channel, return_inverse=True, return_counts=True)
    often = counts >= FEWEST
    seen = often[place]
    if np.count_nonzero(often) < 2 or np.count_nonzero(seen) < mine.size / 2:
        return ""
    place, mine, value, radius = place[seen], mine[seen], value[seen], radius[seen]
    groups = [np.flatnonzero(place == group) for group in np.flatnonzero(often)]
    kinds = {"offset": own_offset, "factor": own_factor, "factor and offset": fitted_line}
    for kind, fit in kinds.items():
        answer, reach = np.full(mine.size, np.nan), ROUNDING * np.abs(mine)
        for own in groups:
            factor, offset, doubt = fit(mine[own], value[own], radius[own])
            answer[own] = factor * value[own] + offset
            reach[own] += radius[own] * max(1.0, abs(factor)) + doubt
            if np.mean(matched(mine[own], answer[own], reach[own])) < 1 / 2:
                break
        share, luck = agreement(mine, answer, reach)
        if share >= NEARLY_ALL and luck <= SURE:
            return f"each {name} has its own {kind}"
    return ""


def factor_words(factor: float, doubt: float) -> str:
    """The factor in words, as a fraction where it is one."""
    near = Fraction(factor).limit_denominator(256)
    simple = near and abs(float(near) - factor) <= max(doubt, ROUNDING * abs(factor))
    if simple and near.denominator > 1 and near.numerator == 1:
        return f"1/{near.denominator} of what is expected"
    if simple and near.denominator == 1:
        return f"{near.numerator} times what is expected"
    fraction = f" ({near.numerator}/{near.denominator})" if simple and near.numerator < 256 else ""
    return f"{factor:.6g}{fraction} times what is expected"


def signed(offset: float) -> str:
    return f"{'minus' if offset < 0 else 'plus'} {abs(offset):.4g}"
