"""A convolution tile by tile, through the matrices of minimal filtering on both axes."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .layer import Array
from .spec import Padding, Pair
from .toom_cook import Matrices, Rows
from .windows import pad, windows


@dataclass(frozen=True)
class Axes:
    """The matrices of the vertical and the horizontal axis."""

    rows: Matrices
    columns: Matrices

    @property
    def tile(self) -> Pair:
        """How many outputs a tile has."""
        return len(self.rows.output), len(self.columns.output)

    @property
    def taps(self) -> Pair:
        """The filter's size."""
        return len(self.rows.filter[0]), len(self.columns.filter[0])

    @property
    def size(self) -> Pair:
        """How many pixels a tile reads."""
        return len(self.rows.data), len(self.columns.data)

    @property
    def data(self) -> tuple[Rows, Rows]:
        return self.rows.data, self.columns.data

    @property
    def filter(self) -> tuple[Rows, Rows]:
        return self.rows.filter, self.columns.filter

    @property
    def output(self) -> tuple[Rows, Rows]:
        return self.rows.output, self.columns.output


def by_tiles(
    axes: Axes,
    input: Array,
    weight: Array,
    padding: Padding,
    groups: int,
    order: Callable[[Array, Array], Array],
    limit: float | None = None,
) -> Array:
    """Aᵀ[Σ_c (G g Gᵀ) ∘ (Bᵀ d B)]A, (N, M, OH, OW), in the operands' dtype.

    input (N, C, H, W), weight (M, C/groups, KH, KW). The tiles start at the first output, and the
    last ones are completed with zeros; order(rows, columns) is the matrix product that sums over
    the channels. With a limit, of magnitudes: the matrices are taken without their signs, and what
    exceeds the limit on its way, times what G divides by, is infinite.
    """
    (mh, mw), (th, tw) = axes.tile, axes.size
    n, c = input.shape[:2]
    m = weight.shape[0]
    padded = pad(input, padding)
    oh, ow = (s - k + 1 for s, k in zip(padded.shape[2:], axes.taps, strict=True))
    counts = -(-oh // mh), -(-ow // mw)
    padded = pad(padded, ((0, counts[0] * mh - oh), (0, counts[1] * mw - ow)))
    pixels = both_axes(axes.data, windows(padded, (th, tw), (mh, mw), (1, 1), counts), limit)
    divisor = float(axes.rows.divisor * axes.columns.divisor)
    filters = both_axes(axes.filter, weight, limit, max(divisor, 1.0))
    columns = pixels.transpose(4, 5, 1, 0, 2, 3).reshape(th, tw, groups, c // groups, -1)
    rows = filters.transpose(2, 3, 0, 1).reshape(th, tw, groups, m // groups, -1)
    points = order(rows, columns).reshape(th, tw, m, n, *counts)
    tiles = both_axes(axes.output, within(points, limit).transpose(3, 2, 4, 5, 0, 1), limit)
    whole = tiles.swapaxes(3, 4).reshape(n, m, counts[0] * mh, counts[1] * mw)
    return whole[:, :, :oh, :ow]


def both_axes(
    matrices: tuple[Rows, Rows], values: Array, limit: float | None, divisor: float = 1.0
) -> Array:
    """The matrices times the last two axes, sums term by term."""
    rows, columns = matrices
    across = along(columns, values, -1, limit is not None)
    return within(along(rows, across, -2, limit is not None), limit, divisor)


def along(matrix: Rows, values: Array, axis: int, magnitudes: bool) -> Array:
    """The matrix times that axis; in magnitudes its entries lose their signs."""
    parts = np.moveaxis(values, axis, 0)
    sums = [added(row, parts, magnitudes) for row in matrix]
    return np.moveaxis(np.stack(sums), 0, axis)


def added(row: tuple[Fraction, ...], parts: Array, magnitudes: bool) -> Array:
    """Σ factor·part, one after another, each operation rounded to the parts' dtype."""
    total: Array | None = None
    for factor, part in zip(row, parts, strict=True):
        if factor:
            rounded = parts.dtype.type(float(abs(factor) if magnitudes else factor))
            total = rounded * part if total is None else total + rounded * part
    assert total is not None
    return total


def within(values: Array, limit: float | None, factor: float = 1.0) -> Array:
    """The values, infinite where that many times one exceeds the limit."""
    return values if limit is None else np.where(factor * values <= limit, values, np.inf)


def row_sums(matrix: Rows) -> list[float]:
    """Σ|entry| of every row."""
    return [float(sum(map(abs, row))) for row in matrix]
