"""Two-dimensional convolution, as neural networks mean it: cross-correlation, no flip."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .attributes import count, padding, pair
from .enclosed_product import enclosed_product
from .evaluate import evaluate
from .grid import exact_below
from .im2col import Place, column_parts
from .layer import Array, Attributes, Enclosure, Layer
from .operands import Operand, Setting
from .profile import BINARY64, Profile
from .rounded_product import rounded_product
from .rounding import Exact
from .spec import Padding, Pair, Shape, SpecError
from .sums import blocked_product, product_sum_error, sums_of
from .windows import pad, positions, windows


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

    >>> conv2d(np.ones((1, 1, 2, 3), np.float32), np.ones((1, 1, 2, 2), np.float32)).tolist()
    [[[[4.0, 4.0]]]]
    """
    return evaluate(
        CONV2D,
        (input, weight, bias),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
    )


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
    kernel = (kernel_size[0], kernel_size[1])
    return (n, m, *positions("conv2d", (h, w), kernel, stride, padding, dilation))


def products(input: Array, weight: Array, **attributes: Any) -> Array:
    """(N, M, OH, OW) float64: the sums of products."""
    return assemble(input, weight, attributes, np.float64, lambda _, *ab: blocked_product(*ab))


def assemble(
    input: Array,
    weight: Array,
    attributes: Attributes,
    dtype: type,
    product: Callable[[Place, Array, Array], Array],
) -> Array:
    """The output (N, M, OH, OW), part by part: product(place, filters, columns).

    place is the part's index in (N, groups, M/groups, OH, OW), filters are (groups, M/groups, K),
    columns (groups, K, L), both float64.
    """
    shape = shape_rule(input.shape, weight.shape, None, **attributes)
    groups, filters = attributes["groups"], weight.astype(np.float64, copy=False)
    filters = filters.reshape(groups, shape[1] // groups, -1)
    output: Array = np.empty(shape, dtype)
    grouped = output.reshape(shape[0], groups, -1, *shape[2:])
    for place, columns in column_parts(input, weight.shape, **attributes):
        part = grouped[place]
        part[...] = product(place, filters, columns).reshape(part.shape)
    return output


def formula(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
    output = products(input, weight, **attributes)
    if bias is not None:
        output += bias[:, np.newaxis, np.newaxis]
    return output


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    weight: Enclosure,
    bias: Enclosure | None,
    **attributes: Any,
) -> Array:
    """K·u·(Σ|x||w| + |b|), K products that are not zero, one more for a bias."""
    offset = None if bias is None else bias.value[:, np.newaxis, np.newaxis]
    return product_sum_error(
        *(profile, lambda x, w: products(x, w, **attributes), input, weight, offset),
        depth=weight.value[0].size,
    )


def together(
    profile: Profile, input: Array, weight: Array, bias: Array | None, **attributes: Any
) -> Enclosure:
    """Value and bound (N, M, OH, OW) in one pass over the windows."""
    groups, m = attributes["groups"], weight.shape[0]
    sums = sums_of(profile, input, weight, bias, weight[0].size)
    sizes = np.abs(weight.reshape(groups, m // groups, -1)).astype(np.float64)
    offset = None if bias is None else bias.astype(np.float64).reshape(groups, -1)
    present = nonzero(input, weight.shape, attributes) if np.all(weight != 0) else None
    bound = np.empty(shape_rule(input.shape, weight.shape, None, **attributes))
    grouped = bound.reshape(bound.shape[0], groups, -1, *bound.shape[2:])

    def product(place: Place, rows: Array, columns: Array) -> Array:
        counts = None if present is None else present[place].reshape(groups, 1, -1)
        found = enclosed_product(sums, (rows, sizes), columns, offset, counts)
        part = grouped[place]
        part[...] = found.radius.reshape(part.shape)
        return found.value

    return Enclosure(assemble(input, weight, attributes, np.float64, product), bound)


def nonzero(input: Array, weight: Shape, attributes: Attributes) -> Array:
    """(N, groups, 1, OH, OW): how many values each window holds that are not zero."""
    n, c, h, w = input.shape
    groups = attributes["groups"]
    present = input.reshape(n, groups, c // groups, h, w) != 0
    planes = present.sum(axis=2, dtype=np.float64)
    return products(planes, np.ones((groups, 1, *weight[2:])), **attributes)[:, :, np.newaxis]


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


def rounded(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
    """The correctly rounded float32 (N, M, OH, OW), part by part."""
    n, c, h, w = input.shape
    groups = attributes["groups"]
    images = input.reshape(n, groups, c // groups, h, w)
    squares = np.einsum("ngchw,ngchw->nghw", images, images, dtype=np.float64)
    seen = np.sqrt(products(squares, np.ones((groups, 1, *weight.shape[2:])), **attributes))
    filters = np.sqrt(np.einsum("mckl,mckl->m", weight, weight, dtype=np.float64))
    offset = None if bias is None else bias.astype(np.float64).reshape(groups, -1)
    below = exact_below(BINARY64, input, weight, bias)

    def product(place: Place, rows: Array, columns: Array) -> Array:
        lengths = filters.reshape(groups, -1), seen[place].reshape(groups, -1)
        return rounded_product(rows, columns, offset, lengths, below)

    return assemble(input, weight, attributes, np.float32, product)


def honest(
    order: Callable[..., Array], input: Array, weight: Array, bias: Array | None, **attributes: Any
) -> Array:
    """float32 convolution, group by group a matrix product, the bias its last column with 1."""
    n, groups = input.shape[0], attributes["groups"]
    m, depth, kh, kw = weight.shape
    _, _, *counts = shape_rule(input.shape, weight.shape, None, **attributes)
    filters = weight.reshape(groups, m // groups, -1)
    terms = filters.shape[-1]
    if bias is not None:
        filters = np.concatenate([filters, bias.reshape(groups, -1, 1)], axis=2)
    padded = pad(input, attributes["padding"])
    step, spread, places = attributes["stride"], attributes["dilation"], (counts[0], counts[1])
    cut = windows(padded, (kh, kw), step, spread, places)
    parts = []
    for g in range(groups):
        columns = np.ones((filters.shape[-1], n, *counts), input.dtype)  # the bias's row stays
        taken = columns[:terms].reshape(depth, kh, kw, n, *counts)
        taken[...] = cut[:, g * depth : (g + 1) * depth].transpose(1, 4, 5, 0, 2, 3)
        parts.append(order(filters[g], columns.reshape(len(columns), -1)))
    return np.concatenate(parts).reshape(m, n, -1).swapaxes(0, 1)


EXAMPLES: tuple[Setting, ...] = (
    (((2, 5, 9, 7), (4, 5, 3, 2), (4,)), {"stride": (2, 1), "padding": ((1, 0), (2, 1))}),
    (((1, 3, 11, 13), (17, 3, 3, 3), (17,)), {"padding": 1}),
    (((2, 6, 8, 5), (9, 2, 3, 3), None), {"groups": 3, "dilation": (2, 1)}),
    (((1, 1, 1, 19), (5, 1, 1, 5), (5,)), {"stride": 3}),
    (((1, 37, 6, 4), (19, 37, 1, 1), (19,)), {}),
    (((1, 64, 14, 15), (33, 64, 3, 3), (33,)), {"padding": 1}),
)

CONV2D = Layer(
    "conv2d",
    (
        Operand("input", "N C H W"),
        Operand("weight", "M C/groups KH KW", role="weight"),
        Operand("bias", "M", role="weight", values="offset", optional=True),
    ),
    *(conv2d, shape_rule, formula, error, exact),
    honest=honest,
    rounded=rounded,
    together=together,
    attributes={"stride": pair(1), "padding": padding(0), "dilation": pair(1), "groups": count(1)},
    output="N M OH OW",
    sums="C/groups KH KW",
    examples=EXAMPLES,
    onnx="Conv",
)
