"""Sampling an image at the points of a grid."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .profile import Profile
from .spec import Shape, SpecError, axes, boolean, choice

MODES = ("bilinear", "nearest")
PADDING_MODES = ("zeros", "border", "reflection")


def grid_sample(
    input: Array,
    grid: Array,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool = False,
) -> Array:
    """y[n,c,i,j] = x[n,c] at grid[n,i,j] = (x, y): −1 … 1 from left to right, top to bottom.

    input (N, C, H, W), grid (N, OH, OW, 2): float32 → (N, C, OH, OW) float64. ±1 are the image's
    edges, or with align_corners the outer pixels' centres. Between pixels: bilinear, or the
    nearest, halves to the even. Outside: zeros, the border's value, or the image reflected at its
    edges (with align_corners at the outer centres). A coordinate that is NaN lies outside with
    zeros, at pixel 0 otherwise. Raises SpecError. As torch.nn.functional.grid_sample; Jaderberg et
    al., "Spatial Transformer Networks", equation 5.
    """
    return evaluate(
        GRID_SAMPLE,
        (input, grid),
        {"mode": mode, "padding_mode": padding_mode, "align_corners": align_corners},
    )


def attributes(
    mode: Any = "bilinear", padding_mode: Any = "zeros", align_corners: Any = False
) -> Attributes:
    return {
        "mode": choice("grid_sample", "mode", mode, MODES),
        "padding_mode": choice("grid_sample", "padding_mode", padding_mode, PADDING_MODES),
        "align_corners": boolean("grid_sample", "align_corners", align_corners),
    }


def shape_rule(input: Shape, grid: Shape, **_: Any) -> Shape:
    axes("grid_sample", "input", input, "N C H W")
    axes("grid_sample", "grid", grid, "N OH OW 2")
    if grid[3] != 2:
        raise SpecError(f"grid_sample: grid has {grid[3]} coordinates a point, expected 2 (x, y)")
    if grid[0] != input[0]:
        raise SpecError(f"grid_sample: grid has batch {grid[0]}, input has {input[0]}")
    return input[0], input[1], grid[1], grid[2]


def pixel(coordinate: Array, size: int, padding_mode: str, align_corners: bool) -> Array:
    """A coordinate in [−1, 1] as a pixel index, between pixels a fraction."""
    if align_corners:
        index = (coordinate + 1) / 2 * (size - 1)
    else:
        index = ((coordinate + 1) * size - 1) / 2
    if padding_mode == "zeros":
        return index
    if padding_mode == "reflection":
        index = reflect(index, *((0, size - 1) if align_corners else (-0.5, size - 0.5)))
    return np.nan_to_num(np.clip(index, 0, size - 1))


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


def formula(
    input: Array, grid: Array, *, mode: str, padding_mode: str, align_corners: bool
) -> Array:
    column = pixel(grid[..., 0], input.shape[3], padding_mode, align_corners)
    row = pixel(grid[..., 1], input.shape[2], padding_mode, align_corners)
    if mode == "nearest":
        return gather(input, np.rint(row), np.rint(column))
    return blend(input, row, column)


def pixel_error(
    profile: Profile, coordinate: Enclosure, size: int, padding_mode: str, align_corners: bool
) -> Array:
    """How far a pixel index may be off, whichever of the usual ways it is computed.

    u·max(|(g + 1)·W| + |i|, |g|·W + (W − 1)/2 + |i|) with W − 1 for W when corners are aligned;
    folding a reflection adds a few roundings of the same size.
    """
    scale = size - 1 if align_corners else size
    g = coordinate.value
    index = np.abs(pixel(g, size, "zeros", align_corners))
    straight = np.abs((g + 1) * scale) + index
    shifted = np.abs(g) * scale + (size - 1) / 2 + index
    off = profile.u * np.maximum(straight, shifted) * (1 + 1e-6)
    if padding_mode == "reflection":
        off = off + 4 * profile.u * (index + size)
    return off + coordinate.radius * scale / 2 * (1 + 8 * profile.u)


def located(
    profile: Profile,
    input: Enclosure,
    grid: Enclosure,
    padding_mode: str,
    align_corners: bool,
) -> tuple[Array, Array, Array, Array]:
    """Row, column and how far each may be off, all (N, OH, OW)."""
    found = []
    for k, size in ((1, input.value.shape[2]), (0, input.value.shape[3])):
        radius = None if grid.bound is None else grid.bound[..., k]
        coordinate = Enclosure(grid.value[..., k], radius)
        found.append(pixel(coordinate.value, size, padding_mode, align_corners))
        found.append(pixel_error(profile, coordinate, size, padding_mode, align_corners))
    return found[0], found[2], found[1], found[3]


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    grid: Enclosure,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    """7u·Σ w|x| and the steepest slopes nearby times the coordinates' errors.

    The interpolant is continuous and piecewise bilinear, so a floor() that falls to the other
    side is covered as long as coordinates are off by less than a pixel; beyond that, the bound is
    the image's range.
    """
    row, column, off_row, off_column = located(profile, input, grid, padding_mode, align_corners)
    padded, radius = (widen(a, padding_mode) for a in (input.value, input.radius))
    anchor = [
        np.clip(np.floor(np.nan_to_num(index)), -3, size) + 2
        for index, size in zip((row, column), input.value.shape[2:], strict=True)
    ]
    near = neighbourhood(padded, *anchor)
    passed_on = neighbourhood(radius, *anchor).max(axis=(0, 1))
    off_row, off_column = off_row[:, np.newaxis], off_column[:, np.newaxis]
    far = np.maximum(off_row, off_column) >= (1.0 if mode == "bilinear" else 0.5)
    extremes = input.value if padding_mode != "zeros" else padded
    reach = np.ptp(extremes, axis=(2, 3), keepdims=True) + radius.max(axis=(2, 3), keepdims=True)
    if mode == "nearest":
        return np.where(far, reach, passed_on)
    u = profile.u
    down, across = (np.abs(np.diff(near, axis=k)).max(axis=(0, 1)) for k in (0, 1))
    weighted = blend(np.abs(input.value), row, column) + passed_on
    moved = down * off_row + across * off_column + 4 * u * (down + across)
    bound = 7 * u * weighted + moved * (1 + 8 * u) + passed_on
    bound = bound + 8 * profile.smallest_normal * (1 + np.abs(near).max(axis=(0, 1)))
    return np.where(far, reach + 7 * u * np.abs(extremes).max(), bound)


def widen(image: Array, padding_mode: str) -> Array:
    """The image with three more pixels on each side: zeros, or the border's value."""
    around = ((0, 0), (0, 0), (3, 3), (3, 3))
    if padding_mode == "zeros":
        return np.pad(image, around)
    return np.pad(image, around, mode="edge")


def neighbourhood(padded: Array, row: Array, column: Array) -> Array:
    """(4, 4, N, C, OH, OW): the pixels of a cell and of the eight around it."""
    return np.stack(
        [np.stack([gather(padded, row + i, column + j) for j in range(4)]) for i in range(4)]
    )


def choices(
    profile: Profile,
    value: Array,
    input: Enclosure,
    grid: Enclosure,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array | None:
    """(4, N, C, OH, OW): for nearest, every pixel within reach of the coordinates' errors."""
    if mode == "bilinear":
        return None
    row, column, off_row, off_column = located(profile, input, grid, padding_mode, align_corners)
    return np.stack(
        [
            gather(input.value, np.rint(row + up * off_row), np.rint(column + left * off_column))
            for up in (-1, 1)
            for left in (-1, 1)
        ]
    )


def exact(
    index: tuple[int, ...],
    input: Array,
    grid: Array,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Fraction:
    """The same formula in fractions; the nearest pixel's ties go to the even one."""
    n, c, i, j = index
    image, place = input[n, c], []
    for coordinate, size in zip(grid[n, i, j, ::-1].tolist(), image.shape, strict=True):
        if not np.isfinite(coordinate):
            raise ValueError("grid_sample: a coordinate that is not finite has no exact place")
        place.append(exact_pixel(Fraction(coordinate), size, padding_mode, align_corners))
    if mode == "nearest":
        corners = [(round(place[0]), round(place[1]), Fraction(1))]
    else:
        corners = [
            (row, column, (1 - abs(place[0] - row)) * (1 - abs(place[1] - column)))
            for row in (math.floor(place[0]), math.floor(place[0]) + 1)
            for column in (math.floor(place[1]), math.floor(place[1]) + 1)
        ]
    h, w = image.shape
    return sum(
        (
            weight * Fraction(float(image[row, column]))
            for row, column, weight in corners
            if weight and 0 <= row < h and 0 <= column < w
        ),
        Fraction(0),
    )


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


GRID_SAMPLE = Layer(
    name="grid_sample",
    operands=("input", "grid"),
    forward=grid_sample,
    attributes=attributes,
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    exact=exact,
    choices=choices,
)
