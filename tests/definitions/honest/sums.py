"""Layers that are sums of products, added up in several orders."""

import numpy as np

from ..images import Padding, Pair, window_starts

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


def local2d(input: Array, weight: Array, *, stride: Pair) -> list[Array]:
    """A linear layer of its own at every site."""
    m, ty, tx, _, ky, kx, sy, sx = weight.shape
    outputs = [np.empty((len(input), m, sy * ty, sx * tx), F) for _ in range(2)]
    for s, r in np.ndindex(sy, sx):
        top, left = s * stride[0], r * stride[1]
        window = input[:, :, top : top + ky, left : left + kx].reshape(len(input), -1)
        filters = weight[..., s, r].reshape(m * ty * tx, -1)
        for output, tiles in zip(outputs, linear(window, filters, None), strict=True):
            tile = output[:, :, s * ty : (s + 1) * ty, r * tx : (r + 1) * tx]
            tile[:] = tiles.reshape(tile.shape)
    return outputs


def scale_shift(input: Array, scale: Array, shift: Array) -> list[Array]:
    """A product and a sum, and both with one rounding."""
    fused = scale.astype(np.float64) * input + shift
    return [scale * input + shift, fused.astype(F)]


def add(a: Array, b: Array) -> list[Array]:
    """Either way round."""
    return [a + b, b + a]
