"""Where a point of a sampling grid lies in an image, and the pixels there."""

import math
from fractions import Fraction

import numpy as np

from .layer import Array


def pixel(coordinate: Array, size: int, padding_mode: str, align_corners: bool) -> Array:
    """A coordinate in [−1, 1] as a pixel index, between pixels a fraction."""
    if align_corners:
        index = (coordinate + 1) / 2 * (size - 1)
    else:
        index = ((coordinate + 1) * size - 1) / 2
    if padding_mode == "zeros":
        return index
    if padding_mode == "reflection":
        index = reflect(index, *walls(size, align_corners))
    return np.nan_to_num(np.clip(index, 0, size - 1))


def slope(coordinate: Array, size: int, padding_mode: str, align_corners: bool) -> Array:
    """The derivative of `pixel`: 0 where an index is clipped, as at the outer pixels' centres."""
    scale = (size - 1 if align_corners else size) / 2
    index = pixel(coordinate, size, "zeros", align_corners)
    if padding_mode == "zeros":
        return np.full(index.shape, scale)
    sign = np.ones(index.shape)
    if padding_mode == "reflection":
        low, high = walls(size, align_corners)
        if high > low:
            sign = 1 - 2 * np.mod(np.floor((index - low) / (high - low)), 2)
        index = reflect(index, low, high)
    inside = (index > 0) & (index < size - 1)
    return np.where(inside, sign * scale, 0.0)


def walls(size: int, align_corners: bool) -> tuple[float, float]:
    """The pixel indices at which an image is reflected."""
    return (0.0, size - 1.0) if align_corners else (-0.5, size - 0.5)


def reflect(index: Array, low: float, high: float) -> Array:
    """The index folded into [low, high], as a ball between two walls."""
    span = high - low
    if span == 0:
        return np.zeros_like(index)
    distance = np.mod(index - low, 2 * span)
    return low + np.where(distance > span, 2 * span - distance, distance)


def gather(image: Array, row: Array, column: Array) -> Array:
    """image (N, C, H, W) at integral rows and columns (N, OH, OW); 0 outside and where NaN."""
    n, _, h, w = image.shape
    inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
    rows, columns = (np.where(inside, index, 0).astype(np.int64) for index in (row, column))
    batch = np.arange(n)[:, np.newaxis, np.newaxis]
    picked = image[batch, :, rows, columns]  # (N, OH, OW, C)
    return np.moveaxis(np.where(inside[..., np.newaxis], picked, 0.0), -1, 1)


def blend(image: Array, row: Array, column: Array) -> Array:
    """The bilinear weights times the four pixels around (row, column)."""
    top, left = np.floor(row), np.floor(column)
    down, right = (np.nan_to_num(f)[:, np.newaxis] for f in (row - top, column - left))
    return (
        gather(image, top, left) * (1 - down) * (1 - right)
        + gather(image, top, left + 1) * (1 - down) * right
        + gather(image, top + 1, left) * down * (1 - right)
        + gather(image, top + 1, left + 1) * down * right
    )


def exact_place(
    coordinate: float, size: int, padding_mode: str, align_corners: bool
) -> Fraction | None:
    """The pixel index of any coordinate; None where it is not finite and outside of the image."""
    if math.isfinite(coordinate):
        return exact_pixel(Fraction(coordinate), size, padding_mode, align_corners)
    if padding_mode == "zeros":
        return None
    last = padding_mode == "border" and coordinate > 0
    return Fraction(size - 1 if last else 0)


def exact_pixel(g: Fraction, size: int, padding_mode: str, align_corners: bool) -> Fraction:
    """A coordinate in [−1, 1] as a pixel index."""
    index = (g + 1) / 2 * (size - 1) if align_corners else ((g + 1) * size - 1) / 2
    if padding_mode == "zeros":
        return index
    if padding_mode == "reflection":
        low = Fraction(0) if align_corners else Fraction(-1, 2)
        span = Fraction(size - 1) if align_corners else Fraction(size)
        folded = (index - low) % (2 * span) if span else Fraction(0)
        index = low + min(folded, 2 * span - folded)
    return min(max(index, Fraction(0)), Fraction(size - 1))


def exact_slope(coordinate: float, size: int, padding_mode: str, align_corners: bool) -> Fraction:
    """The derivative of `exact_pixel`; 0 where the coordinate is not finite."""
    scale = Fraction(size - 1 if align_corners else size, 2)
    if not math.isfinite(coordinate):
        return Fraction(0)
    index = exact_pixel(Fraction(coordinate), size, "zeros", align_corners)
    if padding_mode == "zeros":
        return scale
    if padding_mode == "reflection":
        low, high = map(Fraction, walls(size, align_corners))
        if high > low and (index - low) // (high - low) % 2:
            scale = -scale
        index = exact_pixel(Fraction(coordinate), size, padding_mode, align_corners)
    return scale if 0 < index < size - 1 else Fraction(0)
