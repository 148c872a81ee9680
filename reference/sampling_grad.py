"""What the gradients of grid_sample share: where a kernel's points may lie, and how they move."""

from dataclasses import dataclass

import numpy as np

from .layer import Array, Enclosure
from .profile import Profile
from .sampling import pixel, slope
from .sampling_error import along_axes, beyond, pixel_error
from .spec import Shape

AROUND = range(-1, 3)  # of the pixel before a point: those of its cell and of the cells beside it
CELLS = range(-1, 2)  # the cell of a point and those beside it, along one axis


@dataclass(frozen=True)
class Axis:
    """Rows or columns of every point of a grid; arrays are (N, OH, OW).

    size    how many pixels there are
    place   the exact index, brought into the image as the padding says
    low     an honest kernel's index lies between this and `high`; both are `place` if it is exact
    slopes  (k, N, OH, OW): by how much the index grows with the coordinate, the right slope first,
            then all that an honest kernel may take
    lost    nothing is known of the index
    slack   by how much a weight may be off beside
    """

    size: int
    place: Array
    low: Array
    high: Array
    slopes: Array
    lost: Array
    slack: Array

    @property
    def before(self) -> Array:
        """The pixel at or before the exact index: the first of the two that count."""
        return np.floor(self.place)

    @property
    def wide(self) -> Array:
        """Where the index may lie beyond the cells beside its own, and in the image."""
        far = (self.high + self.slack > self.before + 2) | (self.low - self.slack < self.before - 1)
        return far & (self.high > -1) & (self.low < self.size)


def axis(
    profile: Profile, coordinate: Enclosure, size: int, padding_mode: str, align_corners: bool
) -> Axis:
    """Where an honest kernel's index may lie, and its slopes."""
    g = coordinate.value
    place = pixel(g, size, padding_mode, align_corners)
    off = pixel_error(profile, coordinate, size, padding_mode, align_corners)
    index = pixel(g, size, "zeros", align_corners)
    known = np.isfinite(g)
    if padding_mode == "reflection":
        lost = ~known | beyond(profile, coordinate, size)
        low, high = place - off, place + off
    else:
        lost = np.isnan(g)
        low, high = index - off, index + off
    if padding_mode != "zeros":
        low, high = (np.clip(end, 0, size - 1) for end in (low, high))
    moved = off / ((size - 1 if align_corners else size) / 2 or 1.0)
    taken = [
        np.where(known, slope(g + aside, size, padding_mode, align_corners), 0.0)
        for aside in (0.0, -moved, moved)
    ]
    taken.append(np.where((taken[1] != taken[0]) | (taken[2] != taken[0]), 0.0, taken[0]))
    slack = np.where(low < high, profile.u, 0.0)
    return Axis(size, place, low, high, np.stack(taken), lost, slack)


def axes(
    profile: Profile, shape: Shape, grid: Enclosure, padding_mode: str, align_corners: bool
) -> tuple[Axis, Axis]:
    """Rows and columns of the points of a grid in an image of shape (N, C, H, W)."""
    rows, columns = (
        axis(profile, coordinate, size, padding_mode, align_corners)
        for coordinate, size in along_axes(grid, shape)
    )
    return rows, columns


def between(ends: Array, place: Array) -> Array:
    """What lies between two numbers of each point, (2, N, C, OH, OW)."""
    after = np.nan_to_num(place - np.floor(place))[:, np.newaxis]
    return ends[0] * (1 - after) + ends[1] * after


def scattered(grad: Array, weight: Array, row: Array, column: Array, size: Shape) -> Array:
    """Σ g·w of every pixel; weight, row and column (k, N, OH, OW): so many pixels of each point.

    Whatever is outside of the image is dropped; a weight of 0 gives nothing, whatever g is.
    """
    n, c, h, w = size
    inside = (row >= 0) & (row < h) & (column >= 0) & (column < w) & (weight != 0)
    image = np.broadcast_to(np.arange(n)[:, np.newaxis, np.newaxis], inside.shape)[inside]
    pixels = (image * h + row[inside].astype(np.int64)) * w + column[inside].astype(np.int64)
    found = np.empty((c, n * h * w))
    for channel in range(c):
        given = np.broadcast_to(grad[:, channel], inside.shape)[inside]
        found[channel] = np.bincount(pixels, given * weight[inside], n * h * w)
    return found.reshape(c, n, h, w).swapaxes(0, 1)


def tents(place: Array, mode: str) -> tuple[Array, Array]:
    """The two pixels along one axis that count, and their weights, (2, N, OH, OW)."""
    if mode == "nearest":
        near = np.rint(place)
        return np.stack([near, near + 1]), np.stack([np.ones(place.shape), np.zeros(place.shape)])
    before = np.floor(place)
    after = np.nan_to_num(place - before)
    return np.stack([before, before + 1]), np.stack([1 - after, after])


def every(down: Array, across: Array, rows: Array, columns: Array) -> tuple[Array, Array, Array]:
    """Weight, row and column of each pair of a row and a column, (k, N, OH, OW)."""
    pairs = [(i, j) for i in range(len(rows)) for j in range(len(columns))]
    weight = np.stack([down[i] * across[j] for i, j in pairs])
    return weight, np.stack([rows[i] for i, _ in pairs]), np.stack([columns[j] for _, j in pairs])
