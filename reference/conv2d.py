"""Two-dimensional convolution, as neural networks mean it: cross-correlation, no flip."""

from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .profile import Profile
from .rounding import Exact
from .spec import (
    Padding,
    Pair,
    Shape,
    SpecError,
    axes,
    integer,
    padding_pairs,
    pair,
    vector,
)
from .sums import blocked_product, cauchy_schwarz_error, product_sum_error, roundings
from .windows import pad, positions, windows

COLUMN_BYTES = 2**25  # of im2col's columns at a time


def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Pair = 1,
    padding: int | Pair | Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    """y[n,m,i,j] = b[m] + Σ_ckl x[n, c, i·stride + k·dilation, j·stride + l·dilation]·w[m,c,k,l]

    input (N, C, H, W), weight (M, C/groups, KH, KW), bias (M,): float32 → (N, M, OH, OW) float64.
    x is the input with `padding` zeros around it; output channel m reads the m // (M/groups)-th
    group of input channels. Raises SpecError. As torch.nn.functional.conv2d.
    """
    return evaluate(
        CONV2D,
        (input, weight, bias),
        {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups},
    )


def im2col(
    input: Array,
    kernel_size: int | Pair,
    stride: int | Pair = 1,
    padding: int | Pair | Padding = 0,
    dilation: int | Pair = 1,
) -> Array:
    """Every window of (N, C, H, W) as a column: (N, C·KH·KW, OH·OW), of the input's dtype.

    An image without a batch, (C, H, W), gives (C·KH·KW, OH·OW). As torch.nn.functional.unfold;
    a convolution is one matrix product of the filters' rows with these columns. Raises SpecError.
    """
    kernel, step = (
        pair("im2col", "kernel_size", kernel_size, 1),
        pair("im2col", "stride", stride, 1),
    )
    around, spread = padding_pairs("im2col", padding), pair("im2col", "dilation", dilation, 1)
    if not isinstance(input, np.ndarray):
        raise SpecError(f"im2col: input is a {type(input).__name__}, expected an array")
    axes("im2col", "input", input.shape, "C H W", "N C H W")
    batch = input[np.newaxis] if input.ndim == 3 else input
    counts = positions("im2col", batch.shape[2:], kernel, step, around, spread)
    cut = windows(pad(batch, around), kernel, step, spread, counts)
    n, c = batch.shape[:2]
    columns = cut.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kernel[0] * kernel[1], -1)
    return columns[0] if input.ndim == 3 else columns


def attributes(stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: Any = 1) -> Attributes:
    return {
        "stride": pair("conv2d", "stride", stride, 1),
        "padding": padding_pairs("conv2d", padding),
        "dilation": pair("conv2d", "dilation", dilation, 1),
        "groups": integer("conv2d", "groups", groups, 1),
    }


def shape_rule(
    input: Shape,
    weight: Shape,
    bias: Shape | None,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> Shape:
    axes("conv2d", "input", input, "N C H W")
    axes("conv2d", "weight", weight, "M C/groups KH KW")
    n, c, h, w = input
    m, depth, *kernel_size = weight
    if c % groups or m % groups:
        raise SpecError(
            f"conv2d: groups is {groups}, which must divide both input's {c} channels "
            f"and weight's {m} filters"
        )
    if depth != c // groups:
        raise SpecError(
            f"conv2d: weight has {depth} input channels per group, input has {c} channels "
            f"in {groups} groups (expected {c // groups})"
        )
    vector("conv2d", "bias", bias, m, "filter")
    kernel = (kernel_size[0], kernel_size[1])
    return (n, m, *positions("conv2d", (h, w), kernel, stride, padding, dilation))


def products(
    input: Array, weight: Array, *, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Array:
    """(N, M, OH, OW): the sums of products, for as many output rows at once as memory allows."""
    n, c, _, _ = input.shape
    m, _, kh, kw = weight.shape
    counts = positions("conv2d", input.shape[2:], (kh, kw), stride, padding, dilation)
    cut = windows(pad(input, padding), (kh, kw), stride, dilation, counts)
    rows = weight.reshape(groups, m // groups, -1)
    output = np.empty((n, groups, m // groups, *counts))
    step = max(1, COLUMN_BYTES // (8 * c * kh * kw * counts[1]))
    for image in range(n):
        for top in range(0, counts[0], step):
            columns = cut[image, :, top : top + step].transpose(0, 3, 4, 1, 2)
            columns = columns.reshape(groups, rows.shape[2], -1)
            part = output[image, :, :, top : top + step]
            part[:] = blocked_product(rows, columns).reshape(part.shape)
    return output.reshape(n, m, *counts)


def formula(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
    output = products(input, weight, **attributes)
    return output if bias is None else output + bias[:, np.newaxis, np.newaxis]


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    weight: Enclosure,
    bias: Enclosure | None,
    **attributes: Any,
) -> Array:
    """γ_K·(Σ|x||w| + |b|), K products that are not zero, one more for a bias."""
    offset = None if bias is None else bias.value[:, np.newaxis, np.newaxis]
    return product_sum_error(
        profile, lambda x, w: products(x, w, **attributes), input, weight, offset
    )


def exact(
    index: tuple[int, ...],
    input: Array,
    weight: Array,
    bias: Array | None,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> Exact:
    """One output element: its products, which are exact in float64."""
    n, m, *place = index
    depth = weight.shape[1]
    first = m // (weight.shape[0] // groups) * depth
    taps, pixels = [], []
    for axis in (0, 1):
        start = place[axis] * stride[axis] - padding[axis][0]
        reached = [start + k * dilation[axis] for k in range(weight.shape[2 + axis])]
        inside = [k for k, at in enumerate(reached) if 0 <= at < input.shape[2 + axis]]
        taps.append(inside)
        pixels.append([reached[k] for k in inside])
    window = input[n, first : first + depth][:, pixels[0]][:, :, pixels[1]]
    terms = (window * weight[m][:, taps[0]][:, :, taps[1]]).ravel().tolist()
    return terms if bias is None else [*terms, float(bias[m])]


def own_error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    weight: Enclosure,
    bias: Enclosure | None,
    **attributes: Any,
) -> Array:
    """As `error`, with Σ|x||w| ≤ ‖x‖·‖w‖ (Cauchy, Schwarz): one filter's work instead of all."""
    groups = attributes["groups"]
    n, c, h, w = input.value.shape
    squares = (input.value * input.value).reshape(n, groups, c // groups, h, w).sum(axis=2)
    energy = products(squares, np.ones((groups, 1, *weight.value.shape[2:])), **attributes)
    norms = np.sqrt((weight.value * weight.value).sum(axis=(1, 2, 3)))
    size = np.repeat(np.sqrt(energy), norms.size // groups, axis=1)
    size = size * norms[:, np.newaxis, np.newaxis]
    offset = None if bias is None else bias.value[:, np.newaxis, np.newaxis]
    count = roundings(weight.value[0].size) + 1
    return cauchy_schwarz_error(profile, size, count, input.value, weight.value, offset)


CONV2D = Layer(
    name="conv2d",
    operands=("input", "weight", "bias"),
    weights=("weight", "bias"),
    optional=("bias",),
    forward=conv2d,
    attributes=attributes,
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    own_error=own_error,
    exact=exact,
)
