"""Regions that hold all wrong elements of a result: a channel, the border, the tail of a tile."""

from itertools import combinations
from math import log10, prod

import numpy as np

from .chance import FULL, LARGE, TELLING, Region, contained
from .places import AXES, Place, axis_names, places

Array = np.ndarray

# What it costs to see the array as a flat one, and to name more than one axis.
FLAT = SPLIT = 0.5
# The sides of an image: rows and columns, from either end.
SIDES = ("first row", "last row", "first column", "last column")


def find_region(wrong: Array, axes: tuple[str, ...] = ()) -> Region | None:
    """The most telling region that holds all True elements, if one does by no accident.

    axes names one index of each axis; by default (N, C, H, W), (N, C, L), (N, F) or (F,).
    """
    if wrong.all() or not wrong.any():
        return None
    names = axes or axis_names(wrong.ndim)
    found = [boxed(wrong, names)]
    if wrong.ndim == 4 and names == AXES[4]:
        found += [bordered(wrong)]
        if 1 not in wrong.shape[2:]:
            found += [flat(wrong.reshape(*wrong.shape[:2], -1), ("image", "channel", "pixel"))]
    if sum(size > 1 for size in wrong.shape) > 1:
        found += [flat(wrong.reshape(-1), ("element",))]
    telling = [region for region in found if region is not None and region.chance <= TELLING]
    count = int(np.count_nonzero(wrong))  # a region that is full says all there is to say
    return min(telling, key=lambda one: (one.size > count, one.chance), default=None)


def flat(wrong: Array, names: tuple[str, ...]) -> Region | None:
    """A region of the last axis of a flattened array."""
    region = boxed(wrong, names, flat=True)
    if region is None or names[-1] not in region.words or region.size > LARGE * wrong.size:
        return None
    if np.count_nonzero(wrong) < FULL * region.size:
        return None
    return Region(region.words, region.size, region.chance + FLAT)


def boxed(wrong: Array, names: tuple[str, ...], flat: bool = False) -> Region | None:
    """The product of one place along each axis, of those axes along which there is a place."""
    count, size = int(np.count_nonzero(wrong)), wrong.size
    candidates = [
        (axis, place)
        for axis in range(wrong.ndim)
        for place in places(names[axis], touched(wrong, axis), flat and axis == wrong.ndim - 1)
    ]
    chosen: dict[int, Place] = {}
    chance = 0.0
    while candidates:
        lucks = [luck(count, size, wrong.shape[axis], place) for axis, place in candidates]
        best = int(np.argmin(np.round(lucks, 9)))
        axis, place = candidates[best]
        if lucks[best] > TELLING:
            break
        chosen[axis] = place
        size, chance = size // wrong.shape[axis] * place.size, chance + lucks[best]
        candidates = [candidate for candidate in candidates if candidate[0] != axis]
    if count < FULL * size:  # much of it is right: what leaves little out says nothing
        chosen = {a: p for a, p in chosen.items() if p.size <= LARGE * wrong.shape[a]}
        size = prod(chosen[a].size if a in chosen else n for a, n in enumerate(wrong.shape))
        chance = contained(count, size, wrong.size)
    if not chosen:
        return None
    return Region(joined(chosen, names), size, chance + SPLIT * (len(chosen) - 1))


def bordered(wrong: Array) -> Region | None:
    """Some adjoining sides of each image, of one width; wrong is (N, C, H, W)."""
    n, c, h, w = wrong.shape
    count, (rows, columns) = int(np.count_nonzero(wrong)), np.nonzero(wrong.any(axis=(0, 1)))
    distance = dict(zip(SIDES, (rows, h - 1 - rows, columns, w - 1 - columns), strict=True))
    found = []
    for sides in (some for k in (2, 3, 4) for some in combinations(SIDES, k)):
        vertical = sum("row" in side for side in sides)
        if vertical in (0, len(sides)):  # opposite ones alone
            continue
        width = 1 + int(np.minimum.reduce([distance[side] for side in sides]).max())
        inside = max(h - width * vertical, 0) * max(w - width * (len(sides) - vertical), 0)
        size = n * c * (h * w - inside)
        if size < wrong.size and (size <= LARGE * wrong.size or count >= FULL * size):
            chance = contained(count, size, wrong.size) + log10(16 * width)
            found.append(Region(side_words(sides, width), size, chance))
    return min(found, key=lambda one: round(one.chance, 9), default=None)


def side_words(sides: tuple[str, ...], width: int) -> str:
    """The sides of an image in words."""
    if len(sides) == 4:
        return f"the border, {width} pixel{'s' if width > 1 else ''} wide"
    if width > 1:
        sides = tuple(f"{side.replace(' ', f' {width} ')}s" for side in sides)
    *most, last = (f"the {side}" for side in sides)
    return f"{', '.join(most)} and {last}"


def luck(count: int, size: int, length: int, place: Place) -> float:
    """The chance that all `count` of `size` elements lie in a place of an axis of that length."""
    return contained(count, size // length * place.size, size) + log10(place.alternatives)


def touched(wrong: Array, axis: int) -> Array:
    """Which indices along an axis have a wrong element."""
    others = tuple(k for k in range(wrong.ndim) if k != axis)
    return np.asarray(wrong.any(axis=others))


def joined(chosen: dict[int, Place], names: tuple[str, ...]) -> str:
    """The places as one phrase, the innermost axis first."""
    words = [chosen[axis].words for axis in sorted(chosen, reverse=True)]
    named = {names[axis]: chosen[axis].words for axis in chosen}
    if corner := corner_words(named.get("row", ""), named.get("column", "")):
        words = [corner, *words[2:]]
    phrase = words[0]
    for word in words[1:]:
        phrase += f", in {word}" if "," in phrase or " of every " in phrase else f" of {word}"
    return phrase


def corner_words(rows: str, columns: str) -> str:
    """The words for places of both the rows and the columns that touch the border, or none."""
    if rows == columns.replace("column", "row") == "the first and the last row":
        return "the corners"
    ends, inner = ("the first", "the last"), "every "
    if rows.startswith(f"{inner}row but") and columns.startswith(f"{inner}column but"):
        return f"the pixels outside {rows[14:]} row and {columns[17:]} column"
    if not (rows.startswith(ends) and columns.startswith(ends)) or " and " in rows + columns:
        return ""
    vertical = "top" if rows.startswith(ends[0]) else "bottom"
    horizontal = "left" if columns.startswith(ends[0]) else "right"
    return f"the {vertical} {horizontal} corner, {columns} of {rows}"
