"""Winograd's convolution F(2×2, 3×3) in float32, with the bound that it declares.

Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.1. Each
output is a sum of γ_(C+10)-rounded terms (docs/error-bounds.md); stride 1, one group, 3×3 filters.
"""

from typing import Any

import numpy as np

from clgold.reference import FULL, Enclosure
from clgold.reference.conv2d import CONV2D
from clgold.reference.sums import SLACK
from clgold.reference.windows import pad

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


def declared(
    input: Array, weight: Array, bias: Array | None, *, padding: Any, **attributes: Any
) -> Enclosure:
    """The exact convolution and γ_(C+10)·Wmag, one rounding more for a bias.

    Wmag = |Aᵀ| [Σ_c (|G| |g| |Gᵀ|) ∘ (|Bᵀ| |d| |B|)] |A|; flushed numbers and overflow besides.
    """
    doubles = [None if o is None else o.astype(np.float64) for o in (input, weight, bias)]
    value = CONV2D.formula(*doubles, padding=padding, **attributes)
    data = absolute(DATA, np.abs(tiles(pad(doubles[0], padding))))
    filters = absolute(FILTER, np.abs(doubles[1]))
    total = np.einsum("nctuij,mcij->nmtuij", data, filters, optimize=True)
    size = joined(absolute(OUTPUT, total), value.shape[2:])
    count, tiny = weight.shape[1] + 10, FULL.smallest_normal
    if bias is not None:
        size, count = size + np.abs(doubles[2])[:, np.newaxis, np.newaxis], count + 1
    # Transformed data and filters are off by 10 tiny numbers at most, a product and its sum by 3.
    sums = data.sum(1)[:, np.newaxis] + filters.sum(1)[:, np.newaxis, np.newaxis]
    lost = absolute(OUTPUT, 10 * sums + 3 * weight.shape[1])
    bound = FULL.gamma(count) * size + tiny * (joined(lost, value.shape[2:]) + 10)
    beyond = np.maximum(joined(absolute(OUTPUT, 0 * total + data.max()), value.shape[2:]), size)
    return Enclosure(value, np.where(beyond * SLACK > FULL.largest, np.inf, bound * SLACK))


def absolute(matrix: Array, values: Array) -> Array:
    """|matrix|·values·|matrixᵀ|"""
    size = np.abs(matrix).astype(np.float64)
    return np.einsum("ij,...jk,lk->...il", size, values, size)
