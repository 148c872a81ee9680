"""grid_sample that weighs its pixels otherwise, or takes others."""

import numpy as np

from clgold.reference.layer import Array
from clgold.reference.sampling import gather

from .cause import Cause, Recompute, table
from .weighing import CORNERS, Sample, Weights, four, right_weights, sampled, weighted


def without(corner: int) -> Weights:
    """One of the four pixels left out."""

    def weights(down: Array, right: Array) -> tuple[Array, ...]:
        shares = list(right_weights(down, right))
        shares[corner] = shares[corner] * 0
        return tuple(shares)

    return weights


def clipped_first(image: Array, row: Array, column: Array) -> Array:
    """Weights from neighbours that were clipped into the image before."""
    edges, picks = [], []
    for index, size in ((row, image.shape[2]), (column, image.shape[3])):
        near = np.clip(np.floor(index), 0, size - 1)
        far = np.clip(np.floor(index) + 1, 0, size - 1)
        edges.append((far - index, index - near))
        picks.append((near, far))
    parts = [
        gather(image, picks[0][i], picks[1][j]) * (edges[0][i] * edges[1][j])[:, np.newaxis]
        for i, j in CORNERS
    ]
    return np.sum(parts, axis=0)


def inside_only(low: float, less: float) -> Recompute:
    """Zero unless low ≤ index < size − less in both axes."""

    def sample(image: Array, row: Array, column: Array) -> Array:
        kept = np.ones(row.shape, bool)
        for index, size in ((row, image.shape[2]), (column, image.shape[3])):
            kept &= (index >= low) & (index < size - less)
        return np.where(kept[:, np.newaxis], four(image, row, column, right_weights, np.floor), 0.0)

    return sampled(sample)


def within_corners(image: Array, row: Array, column: Array) -> Array:
    """Zero unless all four pixels lie inside."""
    kept = np.ones(row.shape, bool)
    for index, size in ((row, image.shape[2]), (column, image.shape[3])):
        kept &= (index >= 0) & (index <= size - 1)
    return np.where(kept[:, np.newaxis], four(image, row, column, right_weights, np.floor), 0.0)


def without_edge(last: bool) -> Sample:
    """The image without its last (first) row and column."""

    def sample(image: Array, row: Array, column: Array) -> Array:
        kept = np.zeros_like(image)
        part = slice(None, -1) if last else slice(1, None)
        kept[:, :, part, part] = image[:, :, part, part]
        return four(kept, row, column, right_weights, np.floor)

    return sample


def wrapped(image: Array, row: Array, column: Array) -> Array:
    top, left = np.floor(row), np.floor(column)
    shares = right_weights(*(f[:, np.newaxis] for f in (row - top, column - left)))
    h, w = image.shape[2:]
    parts = [
        gather(image, (top + i) % h, (left + j) % w) * share
        for (i, j), share in zip(CORNERS, shares, strict=True)
    ]
    return np.sum(parts, axis=0)


def clamped_short(image: Array, row: Array, column: Array) -> Array:
    """Places clamped to size − 2."""
    h, w = image.shape[2:]
    return four(
        image,
        np.clip(row, 0, max(h - 2, 0)),
        np.clip(column, 0, max(w - 2, 0)),
        right_weights,
        np.floor,
    )


NEAR = "weigh the near pixel by 1 - fraction, the far one by the fraction"
EDGE = "a pixel is inside for 0 <= index <= size - 1, each of the four for itself"
FLOOR = "take floor(index), also for negative ones"
SAMPLING: tuple[Cause, ...] = table(
    "grid_sample",
    (
        "weights exchanged",
        "near and far pixel's weights exchanged",
        NEAR,
        weighted(lambda d, r: right_weights(1 - d, 1 - r)),
    ),
    (
        "weights of x exchanged",
        "left and right weights exchanged",
        NEAR,
        weighted(lambda d, r: right_weights(d, 1 - r)),
    ),
    (
        "weights of y exchanged",
        "upper and lower weights exchanged",
        NEAR,
        weighted(lambda d, r: right_weights(1 - d, r)),
    ),
    (
        "fractions exchanged",
        "the fractions of x and y exchanged",
        NEAR,
        weighted(lambda d, r: right_weights(r, d)),
    ),
    (
        "weights after clipping",
        "weights computed from neighbours clipped into the image",
        "compute the weights before clipping the neighbours",
        sampled(clipped_first),
    ),
    (
        "last index off by one",
        "the last row and column as outside: places beyond size - 1 give 0",
        EDGE,
        inside_only(-1.0, 1.0),
    ),
    ("all four inside", "0 unless all four pixels lie inside", EDGE, sampled(within_corners)),
    (
        "places inside only",
        "0 for places outside of 0 <= index < size - 1",
        EDGE,
        inside_only(0.0, 1.0),
    ),
    ("negative places dropped", "0 for negative places", EDGE, inside_only(0.0, -1.0)),
    (
        "last row and column lost",
        "an image without its last row and column",
        EDGE,
        sampled(without_edge(True)),
    ),
    (
        "first row and column lost",
        "an image without its first row and column",
        EDGE,
        sampled(without_edge(False)),
    ),
    ("clamped to size - 2", "places clamped to 0 ... size - 2", EDGE, sampled(clamped_short)),
    (
        "truncated for floor",
        "an index truncated towards 0",
        FLOOR,
        weighted(right_weights, np.trunc),
    ),
    (
        "rounded for floor",
        "an index rounded to the nearest",
        FLOOR,
        weighted(right_weights, np.rint),
    ),
    ("wrapped around", "an image that wraps around at its edges", EDGE, sampled(wrapped)),
    (
        "top left pixel",
        "the pixel above and left alone",
        NEAR,
        sampled(lambda x, row, column: gather(x, np.floor(row), np.floor(column))),
    ),
    (
        "nearest, halves up",
        "the nearest pixel",
        NEAR,
        sampled(lambda x, row, column: gather(x, np.floor(row + 0.5), np.floor(column + 0.5))),
    ),
    (
        "average of four",
        "the average of the four pixels",
        NEAR,
        weighted(lambda d, r: (d * 0 + 0.25,) * 4),
    ),
    (
        "bottom right left out",
        "three pixels, without the one below right",
        NEAR,
        weighted(without(3)),
    ),
    (
        "bottom left left out",
        "three pixels, without the one below left",
        NEAR,
        weighted(without(2)),
    ),
    ("top right left out", "three pixels, without the one above right", NEAR, weighted(without(1))),
    ("top left left out", "three pixels, without the one above left", NEAR, weighted(without(0))),
    (
        "columns alone",
        "an interpolation along x alone",
        NEAR,
        weighted(lambda d, r: right_weights(d * 0, r)),
    ),
    (
        "rows alone",
        "an interpolation along y alone",
        NEAR,
        weighted(lambda d, r: right_weights(d, r * 0)),
    ),
)
# Before places off by half a pixel, which look the same.
NEAREST: tuple[Cause, ...] = table(
    "grid_sample",
    (
        "nearest by floor",
        "floor in place of the nearest pixel",
        "round to the nearest",
        sampled(lambda x, row, column: gather(x, np.floor(row), np.floor(column)), "nearest"),
    ),
    (
        "nearest by truncation",
        "an index truncated towards 0",
        "round to the nearest",
        sampled(lambda x, row, column: gather(x, np.trunc(row), np.trunc(column)), "nearest"),
    ),
    (
        "nearest by ceil",
        "the next pixel in place of the nearest",
        "round to the nearest",
        sampled(lambda x, row, column: gather(x, np.ceil(row), np.ceil(column)), "nearest"),
    ),
)
