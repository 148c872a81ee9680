"""The spatial transformer's grid and sampler in exact rational arithmetic."""

from fractions import Fraction

import numpy as np

from .values import numbers

Array = np.ndarray


def exact(value: float | Fraction) -> Fraction:
    """A float as the fraction that it is."""
    return value if isinstance(value, Fraction) else Fraction(float(value))


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


def position(
    coordinate: float | Fraction, size: int, padding_mode: str, align_corners: bool
) -> Fraction:
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


def grid_sample_input_grad(
    grad: Array,
    grid: Array,
    *,
    input_size: tuple[int, ...],
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    """Every point's gradient, given to the pixels that count there."""
    n, c, h, w = input_size
    output = np.full(input_size, Fraction(0))
    for b, i, j in np.ndindex(n, *grid.shape[1:3]):
        x, y = grid[b, i, j]
        rows = weights(position(y, h, padding_mode, align_corners), h, mode)
        columns = weights(position(x, w, padding_mode, align_corners), w, mode)
        for row, down in rows.items():
            for column, across in columns.items():
                for k in range(c):
                    output[b, k, row, column] += exact(grad[b, k, i, j]) * down * across
    return output


NEXT = Fraction(1, 2**400)  # nearer than any kink that a float is not at


def changes(place: Fraction, size: int) -> dict[int, Fraction]:
    """How the weight of each pixel grows with the place: a difference, which is exact."""
    here, there = (weights(one, size, "bilinear") for one in (place, place + NEXT))
    return {k: (there.get(k, 0) - here.get(k, 0)) / NEXT for k in here.keys() | there.keys()}


def growth(coordinate: float, size: int, padding_mode: str, align_corners: bool) -> Fraction:
    """How the place grows with the coordinate; not at all at the outer pixels of what is padded."""
    here, there = (
        position(exact(coordinate) + step, size, padding_mode, align_corners)
        for step in (Fraction(0), NEXT)
    )
    if padding_mode != "zeros" and here in (0, size - 1):
        return Fraction(0)
    return (there - here) / NEXT


def grid_sample_grid_grad(
    grad: Array, input: Array, grid: Array, *, mode: str, padding_mode: str, align_corners: bool
) -> Array:
    """What a small step of every point makes of the samples there, times their gradients."""
    _, c, h, w = input.shape
    output = np.full(grid.shape, Fraction(0))
    for b, i, j in np.ndindex(*grid.shape[:3] if mode == "bilinear" else (0, 0, 0)):
        found = []
        for coordinate, size in zip(grid[b, i, j], (w, h), strict=True):
            given = coordinate, size, padding_mode, align_corners
            place = position(*given)
            found.append((weights(place, size, mode), changes(place, size), growth(*given)))
        (columns, wider, right), (rows, deeper, down) = found
        for k in range(c):
            g = exact(grad[b, k, i, j])
            for axis, first, second, scale in ((0, rows, wider, right), (1, deeper, columns, down)):
                output[b, i, j, axis] += (
                    g
                    * scale
                    * sum(
                        exact(input[b, k, row, column]) * one * two
                        for row, one in first.items()
                        for column, two in second.items()
                        if row in range(h) and column in range(w)
                    )
                )
    return output


LAYERS = (affine_grid, grid_sample, grid_sample_input_grad, grid_sample_grid_grad)
