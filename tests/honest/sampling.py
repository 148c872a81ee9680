"""affine_grid and grid_sample in float32."""

from collections.abc import Callable

import numpy as np
from definitions.honest.sampling import picked

from .arithmetic import Arithmetic, Array, F

Index = Callable[[Arithmetic, Array, int, bool], Array]
Blend = Callable[..., Array]


def centre_by_quotient(a: Arithmetic, count: int, align_corners: bool) -> Array:
    """(2i + 1)/W − 1"""
    if align_corners and count == 1:
        return np.zeros(1, F)
    top, bottom = (0, count - 1) if align_corners else (1, count)
    return a.subtract(a.divide(2 * np.arange(count, dtype=F) + F(top), F(bottom)), F(1))


def centre_by_reciprocal(a: Arithmetic, count: int, align_corners: bool) -> Array:
    """(2i + 1)·(1/W) − 1"""
    if align_corners and count == 1:
        return np.zeros(1, F)
    top, bottom = (0, count - 1) if align_corners else (1, count)
    numerator = 2 * np.arange(count, dtype=F) + F(top)
    return a.multiply_add(numerator, a.divide(F(1), F(bottom)), F(-1))


def centre_by_steps(a: Arithmetic, count: int, align_corners: bool) -> Array:
    """First + i·step"""
    if align_corners and count == 1:
        return np.zeros(1, F)
    bottom = F(count - 1) if align_corners else F(count)
    first = F(-1) if align_corners else a.divide(F(1 - count), bottom)
    return a.multiply_add(np.arange(count, dtype=F), a.divide(F(2), bottom), first)


CENTRES = {
    "quotient": centre_by_quotient,
    "reciprocal": centre_by_reciprocal,
    "steps": centre_by_steps,
}


def affine_grid(
    centre: Callable[[Arithmetic, int, bool], Array],
    backwards: bool,
    a: Arithmetic,
    theta: Array,
    *,
    size: tuple[int, int, int, int],
    align_corners: bool,
) -> Array:
    """θ·(x, y, 1), the terms added from either end."""
    n, _, h, w = size
    x = centre(a, w, align_corners)[np.newaxis, np.newaxis, :, np.newaxis]
    y = centre(a, h, align_corners)[np.newaxis, :, np.newaxis, np.newaxis]
    rows = theta.reshape(n, 1, 1, 2, 3)
    if backwards:
        return a.multiply_add(rows[..., 0], x, a.multiply_add(rows[..., 1], y, rows[..., 2]))
    both = a.multiply_add(rows[..., 1], y, a.multiply(rows[..., 0], x))
    return a.add(both, rows[..., 2])


def shifted_first(a: Arithmetic, g: Array, size: int, align_corners: bool) -> Array:
    """((g + 1)·W − 1)/2"""
    if align_corners:
        return a.multiply(a.multiply(a.add(g, F(1)), F(0.5)), F(size - 1))
    return a.multiply(a.multiply_add(a.add(g, F(1)), F(size), F(-1)), F(0.5))


def halved_first(a: Arithmetic, g: Array, size: int, align_corners: bool) -> Array:
    """(g + 1)·(W/2) − ½"""
    if align_corners:
        return a.multiply(a.add(g, F(1)), F(size - 1) / 2)
    return a.multiply_add(a.add(g, F(1)), F(size) / 2, F(-0.5))


def scaled_first(a: Arithmetic, g: Array, size: int, align_corners: bool) -> Array:
    """g·(W/2) + (W − 1)/2"""
    return a.multiply_add(g, F(size - 1 if align_corners else size) / 2, F(size - 1) / 2)


def multiplied_out(a: Arithmetic, g: Array, size: int, align_corners: bool) -> Array:
    """(g·W + W − 1)/2, term by term"""
    if align_corners:
        return a.multiply(a.multiply_add(g, F(size - 1), F(size - 1)), F(0.5))
    return a.multiply(a.subtract(a.multiply_add(g, F(size), F(size)), F(1)), F(0.5))


INDICES: dict[str, Index] = {
    "shifted": shifted_first,
    "halved": halved_first,
    "scaled": scaled_first,
    "multiplied out": multiplied_out,
}


def padded_index(
    a: Arithmetic, index: Array, size: int, padding_mode: str, align_corners: bool
) -> Array:
    """Reflected by a remainder of two spans, then clamped."""
    if padding_mode == "zeros":
        return index
    low, span = (F(0), F(size - 1)) if align_corners else (F(-0.5), F(size))
    if padding_mode == "reflection":
        if span == 0:
            return np.zeros_like(index)
        distance = np.fmod(np.abs(a.subtract(index, low)), 2 * span)
        distance = np.where(distance > span, a.subtract(2 * span, distance), distance)
        index = a.add(distance, low)
    return np.clip(index, F(0), F(size - 1))


def by_weights(a: Arithmetic, image: Array, row: Array, column: Array) -> Array:
    """Four pixels times their weights."""
    top, left = np.floor(row), np.floor(column)
    down, right = a.subtract(row, top), a.subtract(column, left)
    up, back = a.subtract(F(1), down), a.subtract(F(1), right)
    total = None
    for i, vertical in ((0, up), (1, down)):
        for j, horizontal in ((0, back), (1, right)):
            weight = a.multiply(vertical, horizontal)[:, np.newaxis]
            pixel = picked(image, top + F(i), left + F(j))
            total = (
                a.multiply(weight, pixel) if total is None else a.multiply_add(weight, pixel, total)
            )
    assert total is not None
    return total


def by_differences(a: Arithmetic, image: Array, row: Array, column: Array) -> Array:
    """One interpolation after another: p + t·(q − p)."""
    top, left = np.floor(row), np.floor(column)
    down, right = (a.subtract(i, j)[:, np.newaxis] for i, j in ((row, top), (column, left)))
    lines = []
    for i in (0, 1):
        p, q = (picked(image, top + F(i), left + F(j)) for j in (0, 1))
        lines.append(a.multiply_add(right, a.subtract(q, p), p))
    return a.multiply_add(down, a.subtract(lines[1], lines[0]), lines[0])


def by_shares(a: Arithmetic, image: Array, row: Array, column: Array) -> Array:
    """One interpolation after another: (1 − t)·p + t·q."""
    top, left = np.floor(row), np.floor(column)
    down, right = (a.subtract(i, j)[:, np.newaxis] for i, j in ((row, top), (column, left)))
    up, back = a.subtract(F(1), down), a.subtract(F(1), right)
    lines = []
    for i in (0, 1):
        p, q = (picked(image, top + F(i), left + F(j)) for j in (0, 1))
        lines.append(a.multiply_add(right, q, a.multiply(back, p)))
    return a.multiply_add(down, lines[1], a.multiply(up, lines[0]))


BLENDS: dict[str, Blend] = {
    "weights": by_weights,
    "differences": by_differences,
    "shares": by_shares,
}


def away_from_zero(index: Array) -> Array:
    """The nearest integer, halves away from zero."""
    return np.copysign(np.floor(np.abs(index) + F(0.5)), index)


def grid_sample(
    locate: Index,
    blend: Blend,
    a: Arithmetic,
    input: Array,
    grid: Array,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    row, column = (
        padded_index(
            a, locate(a, grid[..., k], size, align_corners), size, padding_mode, align_corners
        )
        for k, size in ((1, input.shape[2]), (0, input.shape[3]))
    )
    if mode == "bilinear":
        return blend(a, input, row, column)
    nearest = np.rint if blend is by_weights else away_from_zero
    return picked(input, nearest(row), nearest(column))
