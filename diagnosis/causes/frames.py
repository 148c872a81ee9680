"""Parts of images that reach beyond them, with whatever a kernel may take to stand there."""

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.spec import Pair
from clgold.reference.windows import windows

from ..rearrange import UNKNOWN

Edges = tuple[Pair, Pair]
NONE: Edges = ((0, 0), (0, 0))


def frame(
    image: Array,
    start: Pair,
    size: Pair,
    beyond: str = "zeros",
    value: float = 0,
    edges: Edges = NONE,
) -> Array:
    """(N, C, *size) of (N, C, H, W) from row and column `start` on, which may be negative.

    beyond: "zeros" (or `value`), "border", "reflection" (about the outer pixels' centres), "wrap".
    edges: how many rows at the top and bottom, columns at the left and right are taken for outside
    as well; negative, so many beyond are read wherever they lie in memory, NaN beyond it all.
    """
    n, c, *sides = image.shape
    picked, kept = [], []
    for first, count, length, (low, high) in zip(start, size, sides, edges, strict=True):
        index = np.arange(first, first + count)
        kept.append((index >= low) & (index < length - high))
        picked.append(index if np.min(edges) < 0 else inside(index, length, beyond))
    rows, columns = picked[0][:, np.newaxis], picked[1]
    if np.min(edges) < 0:
        planes = np.arange(n * c).reshape(n, c, 1, 1)
        flat = (planes * sides[0] + rows) * sides[1] + columns
        within = (flat >= 0) & (flat < image.size)
        values = np.where(within, image.ravel()[np.clip(flat, 0, image.size - 1)], UNKNOWN)
    else:
        values = image[:, :, rows, columns]
    return (
        values if beyond != "zeros" else np.where(kept[0][:, np.newaxis] & kept[1], values, value)
    )


def inside(index: Array, count: int, beyond: str) -> Array:
    """Indices brought into the range."""
    if beyond == "wrap":
        return index % count
    if beyond == "reflection" and count > 1:
        folded = np.abs(index) % (2 * count - 2)
        return np.minimum(folded, 2 * count - 2 - folded)
    return np.clip(index, 0, count - 1)


def framed(
    one: Enclosure,
    start: Pair,
    size: Pair,
    beyond: str = "zeros",
    value: float = 0.0,
    edges: Edges = NONE,
) -> Enclosure:
    """The frame of values and of their bounds."""
    bound = None if one.bound is None else frame(one.bound, start, size, beyond, edges=edges)
    return Enclosure(frame(one.value, start, size, beyond, value, edges), bound)


def seen(counts: Pair, kernel: Pair, stride: Pair, dilation: Pair) -> Pair:
    """The height and width that so many windows see."""
    height, width = (
        (count - 1) * step + (taps - 1) * gap + 1
        for count, taps, step, gap in zip(counts, kernel, stride, dilation, strict=True)
    )
    return height, width


def all_windows(
    image: Array,
    counts: Pair,
    kernel: Pair,
    stride: Pair,
    origin: Pair,
    dilation: Pair = (1, 1),
    outside: float = 0.0,
) -> Array:
    """(N, C, *counts, *kernel): the windows of which the first starts at −origin."""
    size = seen(counts, kernel, stride, dilation)
    cut = frame(image, (-origin[0], -origin[1]), size, value=outside)
    return windows(cut, kernel, stride, dilation, counts)
