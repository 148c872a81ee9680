"""How far a kernel that samples an image may be off."""

from collections.abc import Iterator

import numpy as np

from .layer import Array, Enclosure
from .pointwise import subnormal
from .profile import Profile
from .sampling import blend, gather, pixel
from .spec import Shape


def pixel_error(
    profile: Profile, coordinate: Enclosure, size: int, padding_mode: str, align_corners: bool
) -> Array:
    """How far a pixel index may be off, whichever of the usual ways it is computed.

    u·max(|(g + 1)·W| + |i|, |g|·W + (W − 1)/2 + |i|) with W − 1 for W when corners are aligned;
    folding a reflection adds a few roundings of the same size. What is not finite stays what it is.
    """
    scale = size - 1 if align_corners else size
    g = coordinate.value
    index = np.abs(pixel(g, size, "zeros", align_corners))
    straight = np.abs((g + 1) * scale) + index
    shifted = np.abs(g) * scale + (size - 1) / 2 + index
    off = profile.u * np.maximum(straight, shifted) * (1 + 1e-6)
    if padding_mode == "reflection":
        off = off + 4 * profile.u * (index + size)
    off = np.where(np.isfinite(g), off, 0.0)
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
    for coordinate, size in along_axes(grid, input.value.shape):
        found.append(pixel(coordinate.value, size, padding_mode, align_corners))
        found.append(pixel_error(profile, coordinate, size, padding_mode, align_corners))
    return found[0], found[2], found[1], found[3]


def along_axes(grid: Enclosure, shape: Shape) -> Iterator[tuple[Enclosure, int]]:
    """The coordinates along rows and along columns, with how many pixels of an (N, C, H, W) image
    there are.
    """
    for k, size in ((1, shape[2]), (0, shape[3])):
        radius = None if grid.bound is None else grid.bound[..., k]
        yield Enclosure(grid.value[..., k], radius), size


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
    small = subnormal(profile, np.abs(padded)) * profile.smallest_normal
    flushed = neighbourhood(small, *anchor).max(axis=(0, 1))
    overflow = np.zeros(off_row.shape)
    for coordinate, size in along_axes(grid, input.value.shape):
        overflow[beyond(profile, coordinate, size)[:, np.newaxis]] = np.inf
    if mode == "nearest":
        return np.where(far, reach + small.max(), passed_on + flushed) + overflow
    u = profile.u
    down, across = (np.abs(np.diff(near, axis=k)).max(axis=(0, 1)) for k in (0, 1))
    weighted = blend(np.abs(input.value), row, column) + passed_on
    moved = down * off_row + across * off_column + 4 * u * (down + across)
    bound = 7 * u * weighted + moved * (1 + 8 * u) + passed_on
    bound = bound + 8 * profile.smallest_normal * (1 + np.abs(near).max(axis=(0, 1)))
    return np.where(far, reach + 7 * u * np.abs(extremes).max(), bound) + overflow


def beyond(profile: Profile, coordinate: Enclosure, size: int) -> Array:
    """Where a finite coordinate's index may overflow on the way."""
    reached = (coordinate.magnitude + 2) * size * (1 + 2.0**-20)
    return np.isfinite(coordinate.value) & (reached > profile.largest)


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
    """(k, N, C, OH, OW): for nearest, every pixel within reach of the coordinates' errors.

    A coordinate that is NaN, or infinite and to be reflected, may leave NaN behind.
    """
    row, column, off_row, off_column = located(profile, input, grid, padding_mode, align_corners)
    admitted = [
        gather(input.value, np.rint(row + up * off_row), np.rint(column + left * off_column))
        for up in (-1, 1)
        for left in (-1, 1)
        if mode == "nearest"
    ]
    known = np.isfinite(grid.value) if padding_mode == "reflection" else ~np.isnan(grid.value)
    lost = ~known.all(axis=-1)[:, np.newaxis]
    if lost.any():
        admitted.append(np.where(lost, np.nan, value))
    return np.stack(admitted) if admitted else None
