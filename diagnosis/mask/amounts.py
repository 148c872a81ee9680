"""Wrong elements that follow from the expected: by a factor, an offset, a power, a sign."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from clgold.reference import Enclosure

from .chance import NEARLY_ALL, doubles, evenly, following, with_share

Array = np.ndarray
Rule = tuple[str, Array, Array]

# The fewest elements from which a rule is read; elements that are looked at, evenly spread.
FEWEST, CHECK = 6, 2**14
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
        if share := following(mine, answer, tolerance):
            return with_share(words, share)
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
    scaled = factor_alone(mine, value, radius)
    yield factor_words(scaled), *scaled.at(mine, value, radius)
    moved = offset_alone(mine, value, radius)
    sign = "minus" if moved.offset < 0 else "plus"
    words = f"what is expected {sign} {abs(moved.offset):.4g}"
    yield words, *moved.at(mine, value, radius)


@dataclass(frozen=True)
class Line:
    """factor · expected + offset, and how far factor and offset may be off."""

    factor: float = 1.0
    offset: float = 0.0
    factor_doubt: float = 0.0
    offset_doubt: float = 0.0

    def at(self, mine: Array, value: Array, radius: Array) -> tuple[Array, Array]:
        """What it gives for each value, and how far an honest result may be from it."""
        doubt = np.abs(value) * self.factor_doubt + self.offset_doubt + ROUNDING * np.abs(mine)
        reach = radius * max(1.0, abs(self.factor)) + doubt
        return self.factor * value + self.offset, reach


def factor_alone(mine: Array, value: Array, radius: Array) -> Line:
    """The median of mine/value where it is surest."""
    with np.errstate(all="ignore"):
        doubt = np.where(value != 0, radius / np.abs(value), np.inf)
        surest = np.argsort(doubt, kind="stable")[: max(1, mine.size // 4)]
        factor = float(np.median(mine[surest] / value[surest]))
    if not np.isfinite(factor):
        return Line(0.0)
    return Line(factor, factor_doubt=float(np.median(doubt[surest])) * max(1.0, abs(factor)))


def offset_alone(mine: Array, value: Array, radius: Array) -> Line:
    """The median of mine − value where it is surest."""
    surest = np.argsort(radius, kind="stable")[: max(1, mine.size // 4)]
    offset, doubt = np.median((mine - value)[surest]), np.median(radius[surest])
    return Line(offset=float(offset), offset_doubt=float(doubt))


def line(mine: Array, value: Array, radius: Array) -> Line:
    """The line through all."""
    centred = value - value.mean()
    spread = float(np.sum(centred**2))
    factor = float(np.sum(centred * (mine - mine.mean()))) / spread if spread > 0 else 1.0
    doubt = float(radius.max()) * max(1.0, abs(factor))
    return Line(factor, float(mine.mean() - factor * value.mean()), offset_doubt=doubt)


KINDS: dict[str, Callable[[Array, Array, Array], Line]] = {
    "offset": offset_alone,
    "factor": factor_alone,
    "factor and offset": line,
}


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
    for kind, fit in KINDS.items():
        answer, reach = np.empty((2, mine.size))
        for own in groups:
            numbers = mine[own], value[own], radius[own]
            answer[own], reach[own] = fit(*numbers).at(*numbers)
        if following(mine, answer, reach):
            return f"each {name} has its own {kind}"
    return ""


def factor_words(found: Line) -> str:
    """The factor in words, as a fraction where it is one."""
    factor = found.factor
    near = Fraction(factor).limit_denominator(256)
    doubt = max(found.factor_doubt, ROUNDING * abs(factor))
    simple = near and abs(float(near) - factor) <= doubt
    if simple and near.denominator > 1 and near.numerator == 1:
        return f"1/{near.denominator} of what is expected"
    if simple and near.denominator == 1:
        return f"{near.numerator} times what is expected"
    fraction = f" ({near.numerator}/{near.denominator})" if simple and near.numerator < 256 else ""
    return f"{factor:.6g}{fraction} times what is expected"
