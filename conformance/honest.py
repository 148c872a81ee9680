"""Honest float32: sums of products as careful kernels form them, in two orders, in NumPy.

Whatever a layer adds up is a matrix product of rows (M, K) and columns (K, L), or several; here
each product and each addition is rounded to float32. The other layers of a chain are correctly
computed and rounded once.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clgold.reference import Chain, im2col
from clgold.reference.chain import resolve, steps
from clgold.reference.spec import Pair
from clgold.reference.windows import windows

Array = np.ndarray
Order = Callable[[Array, Array], Array]

# Products beyond which honest sums are not formed: some seconds of work.
MOST_PRODUCTS = 2**28


def sequential(rows: Array, columns: Array) -> Array:
    """rows (…, M, K) @ columns (…, K, L) in float32, one product after another."""
    total = np.zeros((*rows.shape[:-1], columns.shape[-1]), np.float32)
    for k in range(rows.shape[-1]):
        total += rows[..., k, np.newaxis] * columns[..., k, np.newaxis, :]
    return total


def pairwise(rows: Array, columns: Array) -> Array:
    """rows (…, M, K) @ columns (…, K, L) in float32, as a tree of sums of halves."""
    depth = rows.shape[-1]
    if depth == 1:
        return rows * columns
    half = depth // 2
    first = pairwise(rows[..., :half], columns[..., :half, :])
    return first + pairwise(rows[..., half:], columns[..., half:, :])


ORDERS: tuple[Order, ...] = (sequential, pairwise)


def conv2d(
    order: Order, input: Array, weight: Array, bias: Array | None, **attributes: Any
) -> Array:
    """float32 convolution with the bias added last."""
    groups = attributes["groups"]
    m, depth, kh, kw = weight.shape
    window = (kh, kw), attributes["stride"], attributes["padding"], attributes["dilation"]
    channels = input.reshape(input.shape[0], groups, depth, *input.shape[2:])
    parts = [
        order(
            weight[g * (m // groups) : (g + 1) * (m // groups)].reshape(m // groups, -1),
            np.concatenate(list(im2col(channels[:, g], *window)), axis=1),
        )
        for g in range(groups)
    ]
    output = np.concatenate(parts).reshape(m, input.shape[0], -1).swapaxes(0, 1)
    return output if bias is None else output + bias[:, np.newaxis]


def linear(order: Order, input: Array, weight: Array, bias: Array | None) -> Array:
    """float32 linear layer with the bias added last."""
    output = order(input, weight.T)
    return output if bias is None else output + bias


def local2d(order: Order, input: Array, weight: Array, *, stride: Pair) -> Array:
    """float32 locally-connected layer: at each site a matrix product of its own."""
    m, ty, tx, c, ky, kx, sy, sx = weight.shape
    cut = windows(input, (ky, kx), stride, (1, 1), (sy, sx))  # (N, C, SY, SX, KY, KX)
    columns = cut.transpose(2, 3, 1, 4, 5, 0).reshape(sy, sx, c * ky * kx, -1)
    filters = weight.transpose(6, 7, 0, 1, 2, 3, 4, 5).reshape(sy, sx, m * ty * tx, c * ky * kx)
    tiles = order(filters, columns).reshape(sy, sx, m, ty, tx, -1)
    return tiles.transpose(5, 2, 0, 3, 1, 4)  # (N, M, SY, TY, SX, TX)


SUMS: Mapping[str, Callable[..., Array]] = {
    "conv2d": conv2d,
    "linear": linear,
    "local2d": local2d,
}

# The axes of weight that one sum goes over.
SUMMED: Mapping[str, slice] = {
    "conv2d": slice(1, 4),  # (M, C/groups, KH, KW)
    "linear": slice(1, 2),  # (O, I)
    "local2d": slice(3, 6),  # (M, TY, TX, C, KY, KX, SY, SX)
}


def sums(
    chain: Chain, operands: tuple[Array | None, ...], attributes: Mapping[str, Any]
) -> list[tuple[int, int]]:
    """For each layer that sums products: how many products a sum has, and how many sums it has."""
    given = tuple(None if o is None else o.shape for o in operands)
    _, shapes = resolve(chain, given, attributes)
    found = []
    for (layer, before, after), shape in zip(steps(chain, operands), shapes, strict=True):
        if layer.name in SUMS:
            weight = (*before, *after)[-1 if layer.operands[-1] == "weight" else -2]
            depth = int(np.prod(weight.shape[SUMMED[layer.name]]))
            found.append((depth, int(np.prod(shape))))
    return found


def fewest_terms(
    chain: Chain, operands: tuple[Array | None, ...], attributes: Mapping[str, Any]
) -> int:
    """How many terms that are not zero the shortest of the chain's sums has, at least 1."""
    given = tuple(None if o is None else o.shape for o in operands)
    complete, _ = resolve(chain, given, attributes)
    last: Array | None = None
    for layer, before, after in steps(chain, operands):
        arguments = after if last is None else (*before, last, *after)
        own = complete if len(chain.layers) == 1 else complete[layer.name]
        if layer.name in SUMS:
            present = (None if a is None else (a != 0).astype(np.float64) for a in arguments)
            counts = layer.formula(*present, **own)
            return max(1, int(counts[counts > 0].min(initial=counts.max())))
        doubles = (None if a is None else a.astype(np.float64) for a in arguments)
        last = layer.formula(*doubles, **own)
    return 1


def evaluate(
    chain: Chain, operands: tuple[Array | None, ...], attributes: Mapping[str, Any]
) -> list[dict[str, Array]]:
    """Every layer's output in float32 for each order of summation; none where there is no sum."""
    products = sum(depth * count for depth, count in sums(chain, operands, attributes))
    if not 0 < products <= MOST_PRODUCTS:
        return []
    given = tuple(None if o is None else o.shape for o in operands)
    complete, shapes = resolve(chain, given, attributes)
    with np.errstate(all="ignore"):  # what overflows here is allowed to
        return [one_order(chain, operands, complete, shapes, order) for order in ORDERS]


def one_order(
    chain: Chain,
    operands: tuple[Array | None, ...],
    complete: Mapping[str, Any],
    shapes: list[Any],
    order: Order,
) -> dict[str, Array]:
    outputs: dict[str, Array] = {}
    last: Array | None = None
    for (layer, before, after), shape in zip(steps(chain, operands), shapes, strict=True):
        arguments = after if last is None else (*before, last, *after)
        own = complete if len(chain.layers) == 1 else complete[layer.name]
        if layer.name in SUMS:
            last = SUMS[layer.name](order, *arguments, **own).reshape(shape)
        else:
            doubles = [None if a is None else a.astype(np.float64) for a in arguments]
            last = layer.formula(*doubles, **own).astype(layer.dtype)
        outputs[layer.name] = last
    return outputs
