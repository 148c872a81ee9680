"""Locally-connected layer: a convolution whose filters differ from site to site."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from .attributes import pair
from .enclosed_product import enclosed_product
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .rounding import Exact
from .spec import Pair, Shape, SpecError
from .sums import blocked_product, product_sum_error, sums_of
from .windows import NO_PADDING, positions, windows


def local2d(input: Array, weight: Array, stride: int | Pair) -> Array:
    """y[n, m, TY·s+t, TX·r+q] = Σ_ckl x[n, c, s·stride + k, r·stride + l]·w[m,t,q,c,k,l,s,r]

    input (N, C, H, W), weight (M, TY, TX, C, KY, KX, SY, SX): float32 → (N, M, TY·SY, TX·SX)
    float64. Site (s, r) reads one window and computes its own tile of TY×TX outputs, each with its
    own weights. Raises SpecError. Torch has no such function; Taigman et al., "DeepFace", 2014.

    >>> local2d(np.ones((1, 1, 2, 2), np.float32),
    ...         np.ones((1, 1, 1, 1, 2, 2, 1, 1), np.float32), stride=1).tolist()
    [[[[4.0]]]]
    """
    return evaluate(LOCAL2D, (input, weight), stride=stride)


def shape_rule(input: Shape, weight: Shape, *, stride: Pair) -> Shape:
    m, ty, tx, c, ky, kx, sy, sx = weight
    if c != input[1]:
        raise SpecError(f"local2d: weight has {c} input channels, input has {input[1]}")
    sites = positions("local2d", (input[2], input[3]), (ky, kx), stride, NO_PADDING, (1, 1))
    if (sy, sx) != sites:
        raise SpecError(
            f"local2d: weight has {sy}×{sx} sites, a window of {ky}×{kx} with stride "
            f"{stride[0]}×{stride[1]} has {sites[0]}×{sites[1]} places in {input[2]}×{input[3]}"
        )
    return input[0], m, ty * sy, tx * sx


def formula(input: Array, weight: Array, *, stride: Pair) -> Array:
    n, (m, ty, tx, *_, sy, sx) = len(input), weight.shape
    output = np.empty((n, m, sy, ty, sx, tx))
    for row, (filters, columns) in enumerate(site_rows(input, weight, stride)):
        place(output, row, blocked_product(filters, columns))
    return output.reshape(n, m, sy * ty, sx * tx)


def site_rows(input: Array, weight: Array, stride: Pair) -> Iterator[tuple[Array, Array]]:
    """For each row of sites its filters (SX, M·TY·TX, K) and columns (SX, K, N), float64.

    They lie in memory as a batched product wants them, which is ten times as fast for it.
    """
    n, c, _, _ = input.shape
    *tiles, _, ky, kx, sy, sx = weight.shape
    depth = c * ky * kx
    cut = windows(input, (ky, kx), stride, (1, 1), (sy, sx))  # (N, C, SY, SX, KY, KX)
    for row in range(sy):
        columns, filters = np.empty((sx, c, ky, kx, n)), np.empty((sx, *tiles, c, ky, kx))
        columns[...] = cut[:, :, row].transpose(2, 1, 3, 4, 0)
        filters[...] = np.moveaxis(weight[..., row, :], -1, 0)
        yield filters.reshape(sx, -1, depth), columns.reshape(sx, depth, n)


def place(output: Array, row: int, tiles: Array) -> None:
    """A row of sites, (SX, M·TY·TX, N), where it belongs in (N, M, SY, TY, SX, TX)."""
    n, m, _, ty, sx, tx = output.shape
    output[:, :, row] = tiles.reshape(sx, m, ty, tx, n).transpose(4, 1, 2, 0, 3)


def together(profile: Profile, input: Array, weight: Array, *, stride: Pair) -> Enclosure:
    """Value and bound in one pass over the sites."""
    shape = shape_rule(input.shape, weight.shape, stride=stride)
    m, ty, tx, *_, sy, sx = weight.shape
    sums = sums_of(profile, input, weight, None, math.prod(weight.shape[3:6]))
    value, bound = (np.empty((len(input), m, sy, ty, sx, tx)) for _ in "vb")
    for row, (filters, columns) in enumerate(site_rows(input, weight, stride)):
        sizes, present = np.abs(filters), None
        if sizes.min() > 0:
            present = (columns != 0).sum(axis=1, keepdims=True, dtype=np.float64)
        found = enclosed_product(sums, (filters, sizes), columns, None, present)
        place(value, row, found.value)
        place(bound, row, found.radius)
    return Enclosure(value.reshape(shape), bound.reshape(shape))


def error(
    profile: Profile, value: Array, input: Enclosure, weight: Enclosure, *, stride: Pair
) -> Array:
    """K·u·Σ|x||w|, K products that are not zero."""
    return product_sum_error(
        *(profile, lambda x, w: formula(x, w, stride=stride), input, weight, None),
        depth=math.prod(weight.value.shape[3:6]),
    )


def exact(index: tuple[int, ...], input: Array, weight: Array, *, stride: Pair) -> Exact:
    """One output element: its products, which are exact in float64."""
    n, m, i, j = index
    _, ty, tx, _, ky, kx, _, _ = weight.shape
    (s, t), (r, q) = divmod(i, ty), divmod(j, tx)
    top, left = s * stride[0], r * stride[1]
    window = input[n, :, top : top + ky, left : left + kx]
    products: list[float] = (window * weight[m, t, q, :, :, :, s, r]).ravel().tolist()
    return products


def honest(order: Callable[..., Array], input: Array, weight: Array, *, stride: Pair) -> Array:
    """float32 locally-connected layer: at each site a matrix product of its own."""
    m, ty, tx, c, ky, kx, sy, sx = weight.shape
    cut = windows(input, (ky, kx), stride, (1, 1), (sy, sx))  # (N, C, SY, SX, KY, KX)
    columns = cut.transpose(2, 3, 1, 4, 5, 0).reshape(sy, sx, c * ky * kx, -1)
    filters = weight.transpose(6, 7, 0, 1, 2, 3, 4, 5).reshape(sy, sx, m * ty * tx, c * ky * kx)
    tiles = order(filters, columns).reshape(sy, sx, m, ty, tx, -1)
    return tiles.transpose(5, 2, 0, 3, 1, 4)  # (N, M, SY, TY, SX, TX)


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 9, 8), (2, 2, 1, 3, 3, 2, 4, 4)), {"stride": 2}),
    (((3, 1, 7, 11), (3, 2, 3, 1, 3, 4, 5, 4)), {"stride": (1, 2)}),
    (((2, 2, 5, 4), (3, 1, 2, 2, 3, 2, 2, 3)), {"stride": (2, 1)}),
)

LOCAL2D = Layer(
    "local2d",
    (
        Operand("input", "N C H W"),
        Operand("weight", "M TY TX C KY KX SY SX", role="weight"),
    ),
    *(local2d, shape_rule, formula, error, exact),
    honest=honest,
    together=together,
    attributes={"stride": pair()},
    output="N M OH OW",
    sums="C KY KX",
    examples=EXAMPLES,
)
