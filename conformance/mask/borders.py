"""Regions along the border of each image: the ring, or some of its sides."""

from collections.abc import Iterator
from math import log10

import numpy as np

from .chance import FULL, LARGE, Region, contained

Array = np.ndarray

SIDES = ("top", "bottom", "left", "right")


def bordered(wrong: Array) -> Region | None:
    """Some sides of each image, of one width; wrong is (N, C, H, W)."""
    touched = np.asarray(wrong.any(axis=(0, 1)))
    count, planes = int(np.count_nonzero(wrong)), wrong.shape[0] * wrong.shape[1]
    best = None
    for sides, width in borders(touched):
        h, w = touched.shape
        inside_h = h - width * (("top" in sides) + ("bottom" in sides))
        inside_w = w - width * (("left" in sides) + ("right" in sides))
        size = planes * (h * w - max(inside_h, 0) * max(inside_w, 0))
        if size > LARGE * wrong.size and count < FULL * size:
            continue
        luck = contained(count, size, wrong.size) + log10(16 * width)
        if size < wrong.size and (best is None or luck < best.chance - 1e-9):
            best = Region(side_words(sides, width), size, luck)
    return best


def borders(touched: Array) -> Iterator[tuple[tuple[str, ...], int]]:
    """Each set of adjoining sides with the width that holds every touched pixel of (H, W)."""
    h, w = touched.shape
    rows, columns = np.nonzero(touched)
    if not rows.size:
        return
    distance = dict(zip(SIDES, (rows, h - 1 - rows, columns, w - 1 - columns), strict=True))
    for bits in range(1, 16):
        sides = tuple(side for k, side in enumerate(SIDES) if bits >> k & 1)
        if {"top", "bottom"} & {*sides} and {"left", "right"} & {*sides}:
            nearest = np.minimum.reduce([distance[side] for side in sides])
            yield sides, int(nearest.max()) + 1


def side_words(sides: tuple[str, ...], width: int) -> str:
    """The sides of an image in words."""
    if len(sides) == 4:
        return f"the border, {width} pixel{'s' if width > 1 else ''} wide"
    size = "" if width == 1 else f"{width} "
    plural = "s" if width > 1 else ""
    names = {"top": f"the first {size}row", "bottom": f"the last {size}row"}
    names |= {"left": f"the first {size}column", "right": f"the last {size}column"}
    words = [names[side] + plural for side in sides]
    return f"{', '.join(words[:-1])} and {words[-1]}"
