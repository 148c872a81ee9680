"""The spatial transformer, its coordinates computed in several ways."""

import numpy as np

from .sums import added

Array = np.ndarray
F = np.float32


def centres(count: int, align_corners: bool) -> list[Array]:
    """The pixels' centres on [−1, 1]: index over count, and index times the rounded step."""
    index = np.arange(count, dtype=F)
    if not align_corners:
        return [(2 * index + 1) / F(count) - 1, (2 * index + 1) * (1 / F(count)) - 1]
    if count == 1:
        return [np.zeros(1, F)] * 2
    return [2 * index / F(count - 1) - 1, index * (F(2) / F(count - 1)) - 1]


def affine_grid(
    theta: Array, *, size: tuple[int, int, int, int], align_corners: bool
) -> list[Array]:
    """Two ways to the centres, the three terms added from either end."""
    n, _, h, w = size
    rows = theta.reshape(n, 1, 1, 2, 3)
    outputs = []
    for x, y in zip(centres(w, align_corners), centres(h, align_corners), strict=True):
        xs, ys = np.meshgrid(x, y)
        points = np.stack([xs, ys, np.ones_like(xs)], axis=-1)[:, :, np.newaxis]
        outputs += added(rows * points)
    return outputs


def places(coordinate: Array, size: int, padding_mode: str, align_corners: bool) -> list[Array]:
    """Pixel indices in float32: shifted before the scaling, and after it."""
    scale = F(size - 1 if align_corners else size)
    half = F(size - 1) / 2
    shifted = (coordinate + 1) * scale
    first = shifted / 2 if align_corners else (shifted - 1) / 2
    return [
        folded(index, size, padding_mode, align_corners)
        for index in (first, coordinate * (scale / 2) + half)
    ]


def folded(index: Array, size: int, padding_mode: str, align_corners: bool) -> Array:
    """Reflected by counting flips, then clamped."""
    if padding_mode == "zeros":
        return index
    low, span = (F(0), F(size - 1)) if align_corners else (F(-0.5), F(size))
    if padding_mode == "reflection" and span > 0:
        distance = np.abs(index - low)
        extra, odd = np.fmod(distance, span), np.floor(distance / span) % 2 == 1
        index = np.where(odd, span - extra, extra) + low
    return np.clip(index, F(0), F(size - 1))


def grid_sample(
    input: Array, grid: Array, *, mode: str, padding_mode: str, align_corners: bool
) -> list[Array]:
    """Two ways to the indices; four weighted pixels, or one interpolation after another."""
    columns = places(grid[..., 0], input.shape[3], padding_mode, align_corners)
    rows = places(grid[..., 1], input.shape[2], padding_mode, align_corners)
    outputs = []
    for row, column in zip(rows, columns, strict=True):
        if mode == "nearest":
            outputs.append(picked(input, np.rint(row), np.rint(column)))
        else:
            outputs += blended(input, row, column)
    return outputs


def blended(input: Array, row: Array, column: Array) -> list[Array]:
    """Bilinear interpolation in two forms."""
    top, left = np.floor(row), np.floor(column)
    down, right = (row - top)[:, np.newaxis], (column - left)[:, np.newaxis]
    a, b = picked(input, top, left), picked(input, top, left + 1)
    c, d = picked(input, top + 1, left), picked(input, top + 1, left + 1)
    up, back = 1 - down, 1 - right
    above, below = a + right * (b - a), c + right * (d - c)
    return [
        a * (up * back) + b * (up * right) + c * (down * back) + d * (down * right),
        above + down * (below - above),
    ]


def picked(input: Array, row: Array, column: Array) -> Array:
    """The pixels (N, C, OH, OW) at (N, OH, OW) rows and columns, 0 outside."""
    n, _, h, w = input.shape
    inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
    rows, columns = (np.where(inside, k, 0).astype(int) for k in (row, column))
    pixels = input[np.arange(n)[:, np.newaxis, np.newaxis], :, rows, columns]
    return np.moveaxis(np.where(inside[..., np.newaxis], pixels, F(0)), -1, 1)
