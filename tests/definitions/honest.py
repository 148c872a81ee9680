"""What correct float32 kernels may compute: every layer in plain float32, in several orders.

Each function takes a case's operands and attributes and returns one output per order or form.
"""

import numpy as np

from .images import Padding, Pair, window_starts

Array = np.ndarray
F = np.float32


def added(terms: Array) -> list[Array]:
    """Σ over the last axis, one float32 addition after another, from either end."""
    assert terms.dtype == F
    return [np.add.accumulate(t, axis=-1)[..., -1] for t in (terms, terms[..., ::-1])]


def linear(input: Array, weight: Array, bias: Array | None) -> list[Array]:
    """Bias first or last, as the order has it."""
    terms = input[:, np.newaxis] * weight
    if bias is not None:
        offset = np.broadcast_to(bias[:, np.newaxis], (*terms.shape[:2], 1))
        terms = np.concatenate([terms, offset], axis=-1)
    return added(terms)


def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> list[Array]:
    """Every window as a row of a linear layer, group by group."""
    n, _, _, _ = input.shape
    m, depth, kh, kw = weight.shape
    rows, columns = window_starts(input.shape, (kh, kw), stride, padding, dilation)
    row = np.add.outer(rows, dilation[0] * np.arange(kh)) + padding[0][0]
    column = np.add.outer(columns, dilation[1] * np.arange(kw)) + padding[1][0]
    padded = np.pad(input, ((0, 0), (0, 0), *padding))
    cut = padded[:, :, row[:, np.newaxis, :, np.newaxis], column[:, np.newaxis, :]]
    cut = np.moveaxis(cut, 1, 3)  # (N, OH, OW, C, KH, KW)
    parts = []
    for g in range(groups):
        filters = slice(g * (m // groups), (g + 1) * (m // groups))
        patches = cut[:, :, :, g * depth : (g + 1) * depth].reshape(-1, depth * kh * kw)
        offset = None if bias is None else bias[filters]
        parts.append(linear(patches, weight[filters].reshape(m // groups, -1), offset))
    joined = [np.concatenate(part, axis=1) for part in zip(*parts, strict=True)]
    shape = (n, len(rows), len(columns), m)
    return [np.moveaxis(output.reshape(shape), 3, 1) for output in joined]


def elu(input: Array, *, alpha: float) -> list[Array]:
    """With expm1, and with exp(x) − 1."""
    low = np.minimum(input, F(0))
    return [
        np.where(input > 0, input, F(alpha) * power)
        for power in (np.expm1(low), np.exp(low) - F(1))
    ]


def batch_norm(
    input: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> list[Array]:
    """γ·(x − μ)/σ + β, the same with the scale first, and folded into x·a + (β − μ·a)."""
    shape = (-1, *(1,) * (input.ndim - 2))
    mean, variance = running_mean.reshape(shape), running_var.reshape(shape)
    gamma = (np.ones_like(running_mean) if weight is None else weight).reshape(shape)
    beta = (np.zeros_like(running_mean) if bias is None else bias).reshape(shape)
    deviation = np.sqrt(variance + F(eps))
    scale = gamma / deviation
    return [
        gamma * (input - mean) / deviation + beta,
        (input - mean) * scale + beta,
        input * scale + (beta - mean * scale),
    ]


def softmax(input: Array, *, dim: int) -> list[Array]:
    """The sum from either end, and relative to a running maximum."""
    logits = np.moveaxis(input, dim, -1)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    outputs = [powers / total[..., np.newaxis] for total in added(powers)]
    top, total = np.full_like(logits[..., 0], -np.inf), np.zeros_like(logits[..., 0])
    for k in range(logits.shape[-1]):
        above = np.maximum(top, logits[..., k])
        total = total * np.exp(top - above) + np.exp(logits[..., k] - above)
        top = above
    outputs.append(np.exp(logits - top[..., np.newaxis]) / total[..., np.newaxis])
    return [np.moveaxis(output, -1, dim) for output in outputs]


def centres(count: int, align_corners: bool) -> list[Array]:
    """The pixels' centres on [−1, 1]: index over count, and index times the rounded step."""
    index = np.arange(count, dtype=F)
    if not align_corners:
        return [(2 * index + 1) / F(count) - 1, (2 * index + 1) * (1 / F(count)) - 1]
    if count == 1:
        return [np.zeros(1, F)] * 2
    return [2 * index / F(count - 1) - 1, index * (F(2) / F(count - 1)) - 1]


def affine_grid(
    theta: Array, *, size: tuple[int, int, int, int], align_corners: bool
) -> list[Array]:
    """Two ways to the centres, the three terms added from either end."""
    n, _, h, w = size
    rows = theta.reshape(n, 1, 1, 2, 3)
    outputs = []
    for x, y in zip(centres(w, align_corners), centres(h, align_corners), strict=True):
        xs, ys = np.meshgrid(x, y)
        points = np.stack([xs, ys, np.ones_like(xs)], axis=-1)[:, :, np.newaxis]
        outputs += added(rows * points)
    return outputs


def places(coordinate: Array, size: int, padding_mode: str, align_corners: bool) -> list[Array]:
    """Pixel indices in float32: shifted before the scaling, and after it."""
    scale = F(size - 1 if align_corners else size)
    half = F(size - 1) / 2
    shifted = (coordinate + 1) * scale
    first = shifted / 2 if align_corners else (shifted - 1) / 2
    return [
        folded(index, size, padding_mode, align_corners)
        for index in (first, coordinate * (scale / 2) + half)
    ]


def folded(index: Array, size: int, padding_mode: str, align_corners: bool) -> Array:
    """Reflected by counting flips, then clamped."""
    if padding_mode == "zeros":
        return index
    low, span = (F(0), F(size - 1)) if align_corners else (F(-0.5), F(size))
    if padding_mode == "reflection" and span > 0:
        distance = np.abs(index - low)
        extra, odd = np.fmod(distance, span), np.floor(distance / span) % 2 == 1
        index = np.where(odd, span - extra, extra) + low
    return np.clip(index, F(0), F(size - 1))


def grid_sample(
    input: Array, grid: Array, *, mode: str, padding_mode: str, align_corners: bool
) -> list[Array]:
    """Two ways to the indices; four weighted pixels, or one interpolation after another."""
    columns = places(grid[..., 0], input.shape[3], padding_mode, align_corners)
    rows = places(grid[..., 1], input.shape[2], padding_mode, align_corners)
    outputs = []
    for row, column in zip(rows, columns, strict=True):
        if mode == "nearest":
            outputs.append(picked(input, np.rint(row), np.rint(column)))
        else:
            outputs += blended(input, row, column)
    return outputs


def blended(input: Array, row: Array, column: Array) -> list[Array]:
    """Bilinear interpolation in two forms."""
    top, left = np.floor(row), np.floor(column)
    down, right = (row - top)[:, np.newaxis], (column - left)[:, np.newaxis]
    a, b = picked(input, top, left), picked(input, top, left + 1)
    c, d = picked(input, top + 1, left), picked(input, top + 1, left + 1)
    up, back = 1 - down, 1 - right
    above, below = a + right * (b - a), c + right * (d - c)
    return [
        a * (up * back) + b * (up * right) + c * (down * back) + d * (down * right),
        above + down * (below - above),
    ]


def picked(input: Array, row: Array, column: Array) -> Array:
    """The pixels (N, C, OH, OW) at (N, OH, OW) rows and columns, 0 outside."""
    n, _, h, w = input.shape
    inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
    rows, columns = (np.where(inside, k, 0).astype(int) for k in (row, column))
    pixels = input[np.arange(n)[:, np.newaxis, np.newaxis], :, rows, columns]
    return np.moveaxis(np.where(inside[..., np.newaxis], pixels, F(0)), -1, 1)
