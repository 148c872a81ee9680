"""Winograd's convolution F(2×2, 3×3) in float32: stride 1, one group, 3×3 filters.

Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.1.
"""

from typing import Any

import numpy as np

from clgold.reference import FULL, Enclosure
from clgold.reference.conv2d import CONV2D
from clgold.reference.windows import pad
from clgold.reference.winograd import winograd_bound

from .arithmetic import Arithmetic, Array, F

DATA = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], F)
FILTER = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], F)
OUTPUT = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], F)


def product(a: Arithmetic, matrix: Array, values: Array, axis: int) -> Array:
    """matrix times values along `axis`; its entries ±1 and ±½ scale exactly."""
    moved = np.moveaxis(values, axis, 0)
    rows = []
    for row in matrix:
        terms = [F(c) * moved[k] for k, c in enumerate(row) if c]
        total = terms[0]
        for term in terms[1:]:
            total = a.add(total, term)
        rows.append(total)
    return np.moveaxis(np.stack(rows), 0, axis)


def both_axes(a: Arithmetic, matrix: Array, values: Array) -> Array:
    return product(a, matrix, product(a, matrix, values, -1), -2)


def tiles(image: Array) -> Array:
    """(N, C, TH, TW, 4, 4): overlapping tiles, two pixels apart, zeros beyond the end."""
    _, _, h, w = image.shape
    th, tw = (h - 1) // 2, (w - 1) // 2
    image = np.pad(image, ((0, 0), (0, 0), (0, 2 * th + 2 - h), (0, 2 * tw + 2 - w)))
    cut = np.lib.stride_tricks.sliding_window_view(image, (4, 4), axis=(2, 3))
    return cut[:, :, ::2, ::2]


def joined(output: Array, shape: tuple[int, int]) -> Array:
    """(N, M, TH, TW, 2, 2) as images (N, M, OH, OW)."""
    n, m, th, tw, _, _ = output.shape
    image = output.transpose(0, 1, 2, 4, 3, 5).reshape(n, m, 2 * th, 2 * tw)
    return image[:, :, : shape[0], : shape[1]]


def conv2d(
    a: Arithmetic, input: Array, weight: Array, bias: Array | None, *, padding: Any, **_: Any
) -> Array:
    """(N, C, H, W), (M, C, 3, 3) → (N, M, OH, OW)"""
    image = pad(input, padding)
    data = both_axes(a, DATA, tiles(image))[:, np.newaxis]  # (N, 1, C, TH, TW, 4, 4)
    filters = both_axes(a, FILTER, weight)[:, :, np.newaxis, np.newaxis]  # (M, C, 1, 1, 4, 4)
    total = a.multiply(data[:, :, 0], filters[:, 0])
    for c in range(1, weight.shape[1]):
        total = a.multiply_add(data[:, :, c], filters[:, c], total)
    output = joined(both_axes(a, OUTPUT, total), (image.shape[2] - 2, image.shape[3] - 2))
    return output if bias is None else a.add(output, bias[:, np.newaxis, np.newaxis])


def declared(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Enclosure:
    """The exact convolution and the bound that Winograd's kernels declare."""
    doubles = [None if o is None else o.astype(np.float64) for o in (input, weight, bias)]
    operands = tuple(None if o is None else Enclosure(o) for o in doubles)
    value = CONV2D.formula(*doubles, **attributes)
    return Enclosure(value, winograd_bound(FULL, operands, attributes))
