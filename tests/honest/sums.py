"""Sums of products in float32, in the orders that kernels use.

Each order takes factors (K, …) and (K, …), which broadcast, and an addend or None.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from clgold.reference import im2col
from clgold.reference.generator import uniform
from clgold.reference.windows import positions, windows

from .arithmetic import Arithmetic, Array, F

Order = Callable[[Arithmetic, Array, Array, Array | None], Array]


def sequential(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """From the bias, or the first product, on."""
    start = 0 if bias is not None else 1
    total = np.asarray(bias, F) if bias is not None else a.multiply(x[0], w[0])
    for k in range(start, len(x)):
        total = a.multiply_add(x[k], w[k], total)
    return total


def backwards(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """From the last product to the first, and then the bias."""
    return finish(a, sequential(a, x[::-1], w[::-1], None), bias)


def lanes(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """Eight sums side by side, added up at the end."""
    return in_lanes(a, x, w, bias, 8)


def in_lanes(a: Arithmetic, x: Array, w: Array, bias: Array | None, count: int) -> Array:
    """So many sums side by side, added up as a tree, and then the bias."""
    sums = [sequential(a, x[k::count], w[k::count], None) for k in range(min(count, len(x)))]
    return finish(a, tree(a, sums), bias)


def lanes_from_bias(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """Four sums side by side, the first from the bias on, added up one after another."""
    total = sequential(a, x[::4], w[::4], bias)
    for k in range(1, min(4, len(x))):
        total = a.add(total, sequential(a, x[k::4], w[k::4], None))
    return total


def bias_last(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """From the first product to the last, and then the bias."""
    return finish(a, sequential(a, x, w, None), bias)


def bias_between(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """The bias after half of the products."""
    half = (len(x) + 1) // 2
    total = finish(a, sequential(a, x[:half], w[:half], None), bias)
    return sequential(a, x[half:], w[half:], total)


def shuffled(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """From the bias on, in an order drawn at random."""
    turn = np.argsort(uniform(len(x), "turn", (len(x),), 0, 1))
    return sequential(a, x[turn], w[turn], bias)


def blocks(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """Blocks of sixteen, one block's sum after another."""
    total = bias
    for k in range(0, len(x), 16):
        total = finish(a, sequential(a, x[k : k + 16], w[k : k + 16], None), total)
    assert total is not None
    return total


def pairwise(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """All products, then a tree."""
    return finish(a, tree(a, [a.multiply(x[k], w[k]) for k in range(len(x))]), bias)


def doubled(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """In double precision, rounded to float32 at the end."""
    total = 0.0 if bias is None else a.flush(bias).astype(np.float64)
    for k in range(len(x)):
        total = total + a.flush(x[k]).astype(np.float64) * a.flush(w[k])
    return a.flush(np.asarray(total).astype(F))


def compensated(a: Arithmetic, x: Array, w: Array, bias: Array | None) -> Array:
    """Kahan's: what an addition lost is added with the next term."""
    total = a.multiply(x[0], w[0])
    lost = np.zeros_like(total)
    terms = [a.multiply(x[k], w[k]) for k in range(1, len(x))]
    for term in terms + ([] if bias is None else [np.asarray(bias, F)]):
        term = a.subtract(term, lost)
        above = a.add(total, term)
        lost = a.subtract(a.subtract(above, total), term)
        total = above
    return total


ORDERS: dict[str, Order] = {
    "sequential": sequential,
    "backwards": backwards,
    "lanes": lanes,
    "four lanes": partial(in_lanes, count=4),
    "sixteen lanes": partial(in_lanes, count=16),
    "lanes from the bias": lanes_from_bias,
    "bias last": bias_last,
    "bias between": bias_between,
    "shuffled": shuffled,
    "blocks": blocks,
    "pairwise": pairwise,
    "double": doubled,
    "Kahan": compensated,
}


def finish(a: Arithmetic, total: Array, bias: Array | None) -> Array:
    return total if bias is None else a.add(total, bias)


def tree(a: Arithmetic, sums: list[Array]) -> Array:
    """Neighbours are added until one sum is left."""
    while len(sums) > 1:
        last = sums[len(sums) - len(sums) % 2 :]
        sums = [a.add(*pair) for pair in zip(sums[::2], sums[1::2], strict=False)] + last
    return sums[0]


def linear(order: Order, a: Arithmetic, input: Array, weight: Array, bias: Array | None) -> Array:
    """(N, I), (O, I) → (N, O)"""
    return order(a, input.T[:, :, np.newaxis], weight.T[:, np.newaxis], bias)


def conv2d(
    order: Order,
    a: Arithmetic,
    input: Array,
    weight: Array,
    bias: Array | None,
    *,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Array:
    """Every window as a column of a matrix product, group by group."""
    n, _, h, w = input.shape
    m, depth, *kernel = weight.shape
    counts = positions("conv2d", (h, w), tuple(kernel), stride, padding, dilation)
    parts = []
    for g in range(groups):
        image = input[:, g * depth : (g + 1) * depth]
        columns = im2col(image, tuple(kernel), stride, padding, dilation).transpose(1, 0, 2)
        filters = slice(g * (m // groups), (g + 1) * (m // groups))
        rows = weight[filters].reshape(m // groups, -1).T
        offset = None if bias is None else bias[filters, np.newaxis]
        part = order(a, columns[:, :, np.newaxis], rows[:, np.newaxis, :, np.newaxis], offset)
        parts.append(part.reshape(n, -1, *counts))
    return np.concatenate(parts, axis=1)


def local2d(order: Order, a: Arithmetic, input: Array, weight: Array, *, stride: Any) -> Array:
    """Site by site: (N, C, H, W), (M, TY, TX, C, KY, KX, SY, SX) → (N, M, TY·SY, TX·SX)"""
    m, ty, tx, c, ky, kx, sy, sx = weight.shape
    cut = windows(input, (ky, kx), stride, (1, 1), (sy, sx)).transpose(1, 4, 5, 0, 2, 3)
    pixels = cut.reshape(c * ky * kx, -1, 1, 1, 1, sy, sx)
    filters = weight.transpose(3, 4, 5, 0, 1, 2, 6, 7).reshape(c * ky * kx, 1, m, ty, tx, sy, sx)
    output = order(a, pixels, filters, None)  # (N, M, TY, TX, SY, SX)
    return output.transpose(0, 1, 4, 2, 5, 3).reshape(-1, m, sy * ty, sx * tx)


def scale_shift(a: Arithmetic, input: Array, scale: Array, shift: Array) -> Array:
    return a.multiply_add(input, scale, shift)


def add(a: Arithmetic, first: Array, second: Array) -> Array:
    return a.add(first, second)
