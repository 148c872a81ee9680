"""The spatial transformer's grid and sampler in exact rational arithmetic."""

from fractions import Fraction

import numpy as np

from .values import numbers

Array = np.ndarray


def exact(value: float) -> Fraction:
    """A float as the fraction that it is."""
    return Fraction(float(value))


def centre(index: int, count: int, align_corners: bool) -> Fraction:
    """Where pixel `index` of `count` lies on [−1, 1]."""
    if not align_corners:
        return Fraction(2 * index + 1, count) - 1
    return Fraction(2 * index, count - 1) - 1 if count > 1 else Fraction(0)


def affine_grid(theta: Array, *, size: tuple[int, int, int, int], align_corners: bool) -> Array:
    """θ·(x, y, 1) at every pixel's centre."""
    n, _, h, w = size
    rows = theta.reshape(n, 2, 3)
    grid = numbers(n, h, w, 2)
    for b, i, j, k in np.ndindex(grid.shape):
        point = centre(j, w, align_corners), centre(i, h, align_corners), Fraction(1)
        terms = (exact(t) * p for t, p in zip(rows[b, k], point, strict=True))
        grid[b, i, j, k] = sum(terms)
    return grid


def position(coordinate: float, size: int, padding_mode: str, align_corners: bool) -> Fraction:
    """The pixel index, with its fraction, that a coordinate in [−1, 1] names."""
    along = (exact(coordinate) + 1) / 2
    index = along * (size - 1) if align_corners else along * size - Fraction(1, 2)
    if padding_mode == "zeros":
        return index
    if padding_mode == "reflection":
        edge = Fraction(0) if align_corners else Fraction(1, 2)
        index = bounce(index, -edge, size - 1 + edge)
    return min(max(index, Fraction(0)), Fraction(size - 1))


def bounce(index: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """The index after as many reflections at the two walls as it takes."""
    if low == high:
        return low
    while not low <= index <= high:
        index = 2 * (low if index < low else high) - index
    return index


def weights(place: Fraction, size: int, mode: str) -> dict[int, Fraction]:
    """Which of `size` pixels count at `place`, and how much: a tent, or the nearest alone."""
    if mode == "nearest":
        return {k: Fraction(1) for k in range(size) if k == round(place)}
    return {k: 1 - abs(place - k) for k in range(size) if abs(place - k) < 1}


def grid_sample(
    input: Array, grid: Array, *, mode: str, padding_mode: str, align_corners: bool
) -> Array:
    """Σ pixel·(weight of its row)·(weight of its column), over the whole image."""
    n, c, h, w = input.shape
    output = numbers(n, c, *grid.shape[1:3])
    for b, i, j in np.ndindex(n, *grid.shape[1:3]):
        x, y = grid[b, i, j]
        rows = weights(position(y, h, padding_mode, align_corners), h, mode)
        columns = weights(position(x, w, padding_mode, align_corners), w, mode)
        for k in range(c):
            output[b, k, i, j] = sum(
                exact(input[b, k, row, column]) * down * across
                for row, down in rows.items()
                for column, across in columns.items()
            )
    return output


LAYERS = (affine_grid, grid_sample)
