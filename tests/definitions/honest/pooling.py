"""Pooling by sums, in several orders."""

import numpy as np

from ..images import Padding, Pair, window_starts
from .sums import added

Array = np.ndarray
F = np.float32


def pooled(
    input: Array, kernel_size: Pair, stride: Pair, padding: Padding, ceil_mode: bool
) -> tuple[Array, Array, Array]:
    """Windows (N, C, OH, OW, taps), 0 where they see nothing; where they see image; or padding."""
    starts = window_starts(input.shape, kernel_size, stride, padding, (1, 1), ceil_mode=ceil_mode)
    far = [(sides[0], sides[1] + 9) for sides in padding]
    index = [
        np.add.outer(start, np.arange(taps)) + sides[0]
        for start, taps, sides in zip(starts, kernel_size, padding, strict=True)
    ]
    rows, columns = index[0][:, np.newaxis, :, np.newaxis], index[1][:, np.newaxis, :]
    shape = (len(index[0]), len(index[1]), -1)
    image = np.pad(np.ones(input.shape[2:], bool), far)[rows, columns].reshape(shape)
    limits = [size + sum(sides) for size, sides in zip(input.shape[2:], padding, strict=True)]
    padded = ((rows < limits[0]) & (columns < limits[1])).reshape(shape)
    cut = np.pad(input, ((0, 0), (0, 0), *far))[:, :, rows, columns]
    return cut.reshape(*input.shape[:2], *shape), image, padded


def avg_pool2d(
    input: Array,
    *,
    kernel_size: Pair,
    stride: Pair,
    padding: Padding,
    ceil_mode: bool,
    count_include_pad: bool,
) -> list[Array]:
    """From either end; divided by the count, and times its rounded reciprocal."""
    cut, image, padded = pooled(input, kernel_size, stride, padding, ceil_mode)
    count = (padded if count_include_pad else image).sum(axis=-1).astype(F)
    return [form for total in added(cut) for form in (total / count, total * (1 / count))]


def lp_pool2d(
    input: Array, *, norm_type: float, kernel_size: Pair, stride: Pair, ceil_mode: bool
) -> list[Array]:
    """From either end; by powers, and for p = 2 by products and a square root."""
    cut, image, _ = pooled(input, kernel_size, stride, ((0, 0), (0, 0)), ceil_mode)
    share = F(image.shape[-1]) / image.sum(axis=-1).astype(F)
    power = F(norm_type)
    outputs = [(total * share) ** (1 / power) for total in added(cut**power)]
    if norm_type == 2:
        outputs += [np.sqrt(total * share) for total in added(cut * cut)]
    return outputs
