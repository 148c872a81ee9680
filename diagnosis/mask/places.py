"""Indices along one axis, in words: the last rows, every 4th channel, the tail of each tile."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from clgold.reference import LAYERS
from clgold.reference.operands import AXES as WORDS

from .phrases import after, before, between, one, repeated

Array = np.ndarray

# What leaves little out of a long period says nothing.
LARGE, FEW = 0.75, 8
# Beyond so many indices only the periods of vectors and tiles are tried.
ALL_PERIODS = 4096
LONG_PERIODS = (2, 4, 8, 16, 32, 64, 128, 256)


# What one index of each axis of images is called where its layer has another name for it.
IMAGES = {"M": "channel", "OH": "row", "OW": "column", "O": "feature", "I": "feature"}
IMAGES |= {"2": "coordinate"}
# What it is called by the number of axes.
AXES = {
    0: (),
    1: ("element",),
    2: ("image", "feature"),
    3: ("image", "channel", "position"),
    4: ("image", "channel", "row", "column"),
}


@dataclass(frozen=True)
class Place:
    """Some indices of an axis: in words, how many, and how many other places are as simple."""

    words: str
    size: int
    alternatives: float


def places(name: str, touched: Array, flat: bool = False) -> Iterator[Place]:
    """Every simple place that holds all `touched` indices (bool, one for each index) of an axis.

    name is that of one index: "row". None for an axis of one index, or of untouched ones. Of a
    `flat` axis, into which others were flattened, only the periods of vectors are tried.
    """
    length, indices = touched.size, np.flatnonzero(touched)
    if length < 2 or indices.size == 0:
        return
    first, last = int(indices[0]), int(indices[-1])
    if first == last:
        yield Place(one(name, first, length), 1, 2 if first in (0, length - 1) else length)
        return
    if first > 0 and last == length - 1:
        size = length - first
        yield Place(after(name, first, length), size, 2 * min(size, first))
    elif first == 0 and last < length - 1:
        size = last + 1
        yield Place(before(name, last, length), size, 2 * min(size, length - size))
    elif first > 0:
        yield Place(between(name, first, last, length), last - first + 1, length**2)
    if indices.size == 2:
        words = f"the first and the last {name}"
        if (first, last) != (0, length - 1):
            words = f"{name}s {first} and {last}"
        yield Place(words, 2, 2 if words.startswith("the") else length**2)
    elif indices.size == 3:
        a, b, c = indices
        yield Place(f"{name}s {a}, {b} and {c}", 3, float(length) ** 3)
    yield from periodic(name, indices, length, flat or length > ALL_PERIODS)


def axis_names(axes: int, layer: str = "") -> tuple[str, ...]:
    """What one index of each axis of a layer's result is called: by its record, or by their number.

    The axes of images are called as those of the images that the next layer reads.
    """
    declared = next((one.output.split() for one in LAYERS if one.name == layer), [])
    words = WORDS | (IMAGES if declared[:1] == ["N"] else {})
    if len(declared) == axes and all(one in words for one in declared):
        return tuple(words[one] for one in declared)
    return AXES.get(axes) or tuple(f"axis-{axis} slice" for axis in range(axes))


def periodic(name: str, indices: Array, length: int, vectors: bool) -> Iterator[Place]:
    """Places that repeat: all indices whose remainder lies in one (cyclic) range."""
    longest = min(length // 2, max(LONG_PERIODS))
    periods = LONG_PERIODS if vectors else range(2, longest + 1)
    glance = indices[:: max(1, indices.size // 1024)]
    for period in periods:
        if period > longest or indices[-1] - indices[0] < period:
            break
        if np.bincount(glance % period, minlength=period).all():
            continue
        hit = np.bincount(indices % period, minlength=period) > 0
        if hit.all():
            continue
        start, size = shortest_range(hit)
        if (size > LARGE * period and period > FEW) or (size > 2 and start + size > period):
            continue
        count = sum(len(range((start + k) % period, length, period)) for k in range(size))
        alternatives = float(period) ** (1 if size == 1 else 2) * period
        yield Place(repeated(name, start, size, period), count, alternatives)


def shortest_range(hit: Array) -> tuple[int, int]:
    """Start and size of the shortest cyclic range that holds all indices that are hit."""
    indices = np.flatnonzero(hit)
    gaps = np.diff(np.append(indices, indices[0] + hit.size))
    widest = int(np.argmax(gaps))
    return int(indices[(widest + 1) % indices.size]), int(hit.size - gaps[widest] + 1)
