"""Results that hold the expected values in other places: shifted, transposed, permuted."""

import numpy as np

from clgold.reference import Enclosure

from .chance import agreement, doubles, evenly, matched
from .moves import Index, Move, moves

Array = np.ndarray

# Elements on which a suspicion is raised, and those on which it is checked; all if they are fewer.
PEEK, GLANCE, CHECK = 32, 1024, 2**15
# The share of elements that must agree, and the chance (log10) that no accident may have.
NEARLY_ALL, SURE = 0.95, -6.0
# Of so many elements at least one must have its source inside the array.
FEWEST_INSIDE = 8
# The share of values that must differ for their order to matter.
MOST_DISTINCT = 0.5


def find_move(wrong: Array, expected: Enclosure, got: Array, names: tuple[str, ...]) -> str:
    """How the values of wrong elements moved, in words; none where they did not.

    names is what one index of each axis is called: rows and columns make an image, which may be
    shifted. An exchange of axes is looked for in arrays of 2 to 4 axes.
    """
    peek, glance = evenly(wrong, PEEK), evenly(wrong, GLANCE)
    best, words = NEARLY_ALL, ""
    for move in moves(wrong, expected, got, names):
        fits = matched(*pairs(move, peek, expected, got))
        if np.count_nonzero(fits) < fits.size / 2:
            continue
        share = agreeing(move, glance, expected, got)
        if share > best or (share == best and not words):
            best, words = share, confirmed(move, evenly(wrong, CHECK), expected, got) or words
            if words and share == 1:
                break
    return words or permuted(wrong, expected, got)


def permuted(wrong: Array, expected: Enclosure, got: Array) -> str:
    """Whether the wrong elements hold one another's values in whatever order."""
    count = int(np.count_nonzero(wrong))
    value, radius = expected.value[wrong], expected.radius[wrong]
    if not 2 <= count <= CHECK or not np.isfinite(value).all():
        return ""
    order = np.argsort(value, kind="stable")
    mine = np.sort(doubles(got[wrong]))
    distinct = np.count_nonzero(np.diff(value[order]) > radius[order][1:]) + 1
    if distinct < MOST_DISTINCT * count or not matched(mine, value[order], radius[order]).all():
        return ""
    return "the right values in other places"


def confirmed(move: Move, indices: Index, expected: Enclosure, got: Array) -> str:
    """The move in words, with the share of the wrong elements that it explains if not all."""
    share = agreeing(move, indices, expected, got)
    if share < NEARLY_ALL:
        return ""
    return move.words if share == 1 else f"{move.words} ({100 * share:.3g} % of what is wrong)"


def agreeing(move: Move, indices: Index, expected: Enclosure, got: Array) -> float:
    """The share of the indexed elements that hold their source's value; 0 if it may be luck."""
    numbers = pairs(move, indices, expected, got)
    if numbers[0].size < max(2, indices[0].size // FEWEST_INSIDE):
        return 0.0
    share, luck = agreement(*numbers)
    return share if luck <= SURE else 0.0


def pairs(
    move: Move, indices: Index, expected: Enclosure, got: Array
) -> tuple[Array, Array, Array]:
    """What indexed elements hold, their sources' values and radii; of those that have a source."""
    sources, inside = move.source(indices)
    if not inside.all():
        indices = tuple(axis[inside] for axis in indices)
        sources = tuple(axis[inside] for axis in sources)
    return doubles(got[indices]), expected.value[sources], expected.radius[sources]
