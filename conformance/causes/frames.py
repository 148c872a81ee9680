"""Parts of images that reach beyond them, with whatever a kernel may take to stand there."""

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.spec import Pair
from clgold.reference.windows import windows


def frame(image: Array, start: Pair, size: Pair, beyond: str = "zeros", value: float = 0) -> Array:
    """(N, C, *size) of (N, C, H, W) from row and column `start` on, which may be negative.

    beyond: "zeros" (or `value`), "border", "reflection" (about the outer pixels' centres), "wrap",
    and what unchecked indices read: "columns" in the next rows, "anything" in the next planes.
    """
    rows, columns = (
        np.arange(first, first + count) for first, count in zip(start, size, strict=True)
    )
    if beyond in ("columns", "anything"):
        return unchecked(image, rows, columns, beyond == "columns")
    picked = []
    for index, count in zip((rows, columns), image.shape[2:], strict=True):
        picked.append(inside(index, count, beyond))
    cut = image[:, :, picked[0][:, np.newaxis], picked[1]]
    if beyond != "zeros":
        return cut
    kept = (within(rows, image.shape[2]))[:, np.newaxis] & within(columns, image.shape[3])
    return np.where(kept, cut, value)


def inside(index: Array, count: int, beyond: str) -> Array:
    """Indices brought into the range."""
    if beyond == "wrap":
        return index % count
    if beyond == "reflection" and count > 1:
        folded = np.abs(index) % (2 * count - 2)
        return np.minimum(folded, 2 * count - 2 - folded)
    return np.clip(index, 0, count - 1)


def within(index: Array, count: int) -> Array:
    return (index >= 0) & (index < count)


def unchecked(image: Array, rows: Array, columns: Array, check_rows: bool) -> Array:
    """What stands in memory at row·W + column, 0 where rows are checked; NaN beyond it all."""
    n, c, h, w = image.shape
    planes = np.arange(n * c)[:, np.newaxis, np.newaxis]
    flat = (planes * h + rows[:, np.newaxis]) * w + columns
    values = np.where(
        within(flat, image.size), image.ravel()[np.clip(flat, 0, image.size - 1)], np.nan
    )
    if check_rows:
        values = np.where(within(rows, h)[:, np.newaxis], values, 0.0)
    return values.reshape(n, c, len(rows), len(columns))


def framed(one: Enclosure, start: Pair, size: Pair, beyond: str, value: float = 0.0) -> Enclosure:
    """The frame of values and of their bounds."""
    bound = None if one.bound is None else frame(one.bound, start, size, beyond)
    return Enclosure(frame(one.value, start, size, beyond, value), bound)


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
    cut = frame(image, (-origin[0], -origin[1]), size, "zeros", outside)
    return windows(cut, kernel, stride, dilation, counts)
