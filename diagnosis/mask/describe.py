"""The mask of a wrong result, in words: which elements are wrong, and what they hold instead."""

from dataclasses import dataclass

import numpy as np

from clgold.reference import Enclosure

from .amounts import find_rule
from .chance import FULL
from .kinds import find_condition, find_kinds
from .moves import find_move
from .places import axis_names
from .regions import find_region

Array = np.ndarray

# So few wrong elements without a pattern are listed; so many words are worth reading.
FEW, LISTED, MOST_WORDS = 8, 3, 3


@dataclass(frozen=True)
class Mask:
    """The share of elements that are wrong, and short sentences on them, the most telling first."""

    share: float
    words: tuple[str, ...]


def describe_mask(
    wrong: Array, expected: Enclosure, got: Array, axes: tuple[str, ...] = ()
) -> Mask:
    """What the wrong elements of a result have in common.

    wrong       bool, True where an element is not admissible (compare.wrong_elements)
    expected    the enclosure it was compared with
    got         the result, of the same shape, float32 or int32
    axes        what one index of each axis is called; by default ("image", "channel", "row",
                "column"), ("image", "channel", "position"), ("image", "feature") or ("element",)

    The words are true of the data, and no accident of a random mask: a region holds every wrong
    element, a rule holds for at least 95 % of them. There are none where nothing is wrong.
    Raises ValueError where the shapes differ.
    """
    if not wrong.shape == expected.value.shape == got.shape:
        raise ValueError(
            f"describe_mask: shapes {wrong.shape}, {expected.value.shape} and {got.shape}, "
            "expected equal ones"
        )
    count = int(np.count_nonzero(wrong))
    if not count:
        return Mask(0.0, ())
    if wrong.ndim == 0:
        alone = Enclosure(expected.value.reshape(1), expected.radius.reshape(1))
        return describe_mask(wrong.reshape(1), alone, got.reshape(1))
    with np.errstate(all="ignore"):  # what is no number, or overflows, follows no rule
        words = telling_words(wrong, expected, got, axes or axis_names(wrong.ndim))
    return Mask(count / wrong.size, words)


def telling_words(
    wrong: Array, expected: Enclosure, got: Array, names: tuple[str, ...]
) -> tuple[str, ...]:
    """Where the values come from, where they are wrong, what they are, and under what condition."""
    follows = find_move(wrong, expected, got, names) or find_rule(wrong, expected, got, names)
    kinds = "" if follows else find_kinds(wrong, expected, got)
    condition = find_condition(wrong, expected)
    if kinds == "all 0" and condition.endswith("not 0"):
        condition = ""
    where = place_words(wrong, names, bool(follows or condition))
    words = [word for word in (follows, where, kinds, condition) if word]
    return tuple(words[:MOST_WORDS])


def place_words(wrong: Array, names: tuple[str, ...], explained: bool) -> str:
    """Where elements are wrong: a region, everywhere, or in no pattern, unless it is explained."""
    count, share = int(np.count_nonzero(wrong)), float(np.mean(wrong))
    if share == 1:
        return "everywhere"
    region, right = find_region(wrong, names), None
    if share > 1 / 2 and (region is None or region.size > count):
        right = find_region(~wrong, names)
    if right is not None and right.size == wrong.size - count:
        return only(right.words, but=True)
    if region is not None and region.size == count:
        return only(region.words, but=False)
    if region is not None and not explained:
        return f"only in {region.words} ({percent(count / region.size)} wrong there)"
    if share >= FULL:
        return "nearly everywhere"
    if explained:
        return ""
    few = count <= FEW and share <= 1 / 4
    return few_words(wrong) if few else "spread without a pattern"


def only(words: str, but: bool) -> str:
    """All of a region is wrong and nothing else, or (but) everything else."""
    inside = words.removeprefix("the pixels outside ")
    but = but == (inside == words)
    rest = inside.startswith("every ") and " but the " in inside
    return f"everywhere but in {inside}" if but else inside if rest else f"only {inside}"


def few_words(wrong: Array) -> str:
    """The places of a few elements that have no pattern."""
    places = [str([int(i) for i in place]) for place in np.argwhere(wrong)]
    if len(places) == 1:
        return f"a single element, {places[0]}"
    more = ", …" if len(places) > LISTED else ""
    return f"{len(places)} scattered elements: {', '.join(places[:LISTED])}{more}"


def percent(share: float) -> str:
    """A share below 1 as a percentage that does not round to 100."""
    return "more than 99.9 %" if share > 0.999 else f"{100 * share:.3g} %"
