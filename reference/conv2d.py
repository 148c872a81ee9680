"""Two-dimensional convolution, as neural networks mean it: cross-correlation, no flip."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .im2col import Place, column_parts
from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .profile import BINARY64, Profile
from .rounded_product import rounded_product
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
from .sums import blocked_product, exact_below, product_sum_error
from .windows import positions


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


def rounded(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
    """The correctly rounded float32 (N, M, OH, OW), part by part."""
    n, c, h, w = input.shape
    groups = attributes["groups"]
    images = input.reshape(n, groups, c // groups, h, w)
    squares = np.einsum("ngchw,ngchw->nghw", images, images, dtype=np.float64)
    windows = np.sqrt(products(squares, np.ones((groups, 1, *weight.shape[2:])), **attributes))
    filters = np.sqrt(np.einsum("mckl,mckl->m", weight, weight, dtype=np.float64))
    offset = None if bias is None else bias.astype(np.float64).reshape(groups, -1)
    below = exact_below(BINARY64, input, weight, bias)

    def product(place: Place, rows: Array, columns: Array) -> Array:
        lengths = filters.reshape(groups, -1), windows[place].reshape(groups, -1)
        return rounded_product(rows, columns, offset, lengths, below)

    return assemble(input, weight, attributes, np.float32, product)


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
    exact=exact,
    rounded=rounded,
)
