"""Sampling with other pixels and weights at the right places."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.sampling import gather, pixel
from clgold.reference.sampling_error import pixel_error

from .cause import Link, Recompute

# image (N, C, H, W), row, column (N, OH, OW) → (N, C, OH, OW)
Sample = Callable[[Array, Array, Array], Array]
# down, right (the fractions) → the weights of top left, top right, bottom left, bottom right
Weights = Callable[[Array, Array], tuple[Array, ...]]
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


def sampled(sample: Sample, mode: str = "bilinear", skipping: bool = False) -> Recompute:
    """Another way to take pixels at the right places.

    `skipping` admits 0 too where all four pixels lie outside. The bound: the image's steepest
    slope times what the places may be off, and a few roundings.
    """

    def recompute(link: Link) -> Enclosure | None:
        image, points = link.operands
        assert image is not None
        assert points is not None
        if link.attributes["mode"] != mode:
            return None
        around, aligned = link.attributes["padding_mode"], link.attributes["align_corners"]
        places, off = [], []
        for k, size in ((1, image.value.shape[2]), (0, image.value.shape[3])):
            bound = None if points.bound is None else points.bound[..., k]
            one = Enclosure(points.value[..., k], bound)
            places.append(pixel(one.value, size, around, aligned))
            off.append(pixel_error(link.profile, one, size, around, aligned))
        value = sample(image.value, *places)
        finite = np.where(np.isfinite(image.value), image.value, 0.0)
        padded = np.pad(finite, ((0, 0), (0, 0), (1, 1), (1, 1)))
        steps = (np.abs(np.diff(padded, axis=k)).max(axis=(2, 3), keepdims=True) for k in (2, 3))
        moved = sum(step * one[:, np.newaxis] for step, one in zip(steps, off, strict=True))
        size = np.abs(finite).max(axis=(2, 3), keepdims=True)
        bound = 2 * moved + 16 * link.profile.u * size + image.radius.max()
        skipped = near(value, places[0], places[1], image.value.shape)[np.newaxis]
        return Enclosure(value, bound, skipped if skipping else None)

    return recompute


def near(value: Array, row: Array, column: Array, shape: tuple[int, ...]) -> Array:
    """0 where all four pixels lie outside: many kernels skip such places before weighing."""
    kept = (row > -1) & (row < shape[2]) & (column > -1) & (column < shape[3])
    return np.where(kept[:, np.newaxis], value, 0.0)


def weighted(weights: Weights, corner: Callable[[Array], Array] = np.floor) -> Recompute:
    """The four pixels with other weights."""
    return sampled(lambda x, row, column: four(x, row, column, weights, corner), skipping=True)


def four(
    image: Array, row: Array, column: Array, weights: Weights, corner: Callable[[Array], Array]
) -> Array:
    top, left = corner(row), corner(column)
    shares = weights(*(np.nan_to_num(f)[:, np.newaxis] for f in (row - top, column - left)))
    parts = [
        gather(image, top + i, left + j) * share
        for (i, j), share in zip(CORNERS, shares, strict=True)
    ]
    return np.sum(parts, axis=0)


def right_weights(down: Array, right: Array) -> tuple[Array, Array, Array, Array]:
    return (1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right
