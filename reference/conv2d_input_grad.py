"""The gradient of a convolution's input: a transposed convolution."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .conv2d import CONV2D
from .evaluate import evaluate
from .gradient import gradient, sized, sized_rule
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Padding, Pair, Shape
from .sums import blocked_product, product_sum_error


def conv2d_input_grad(
    grad: Array,
    weight: Array,
    input_size: Shape,
    stride: int | Pair = 1,
    padding: int | Pair | Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    """dx[n,c,y,x] = Σ_mijkl g[n,m,i,j]·w[m,c,k,l], y = i·stride + k·dilation − top, x likewise

    grad (N, M, OH, OW), weight (M, C/groups, KH, KW), float32, input_size (N, C, H, W) → that,
    float64. The sum runs over the filters of the channel's group; the kernel is not flipped: it is
    the output that a tap leads back to. Raises SpecError. As torch.nn.grad.conv2d_input.

    >>> conv2d_input_grad(np.float32([[[[2]]]]), np.float32([[[[3, 4]]]]), (1, 1, 1, 2)).tolist()
    [[[[6.0, 8.0]]]]
    """
    return evaluate(
        CONV2D_INPUT_GRAD,
        (grad, weight),
        input_size=input_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
    )


def shares(
    order: Callable[[Array, Array], Array], grad: Array, weight: Array, groups: int
) -> Iterator[Array]:
    """Image by image (C, KH, KW, OH, OW): what each output gives to each pixel that it reads."""
    m, depth, kh, kw = weight.shape
    filters = weight.reshape(groups, m // groups, -1).swapaxes(1, 2)
    for outputs in grad.reshape(len(grad), groups, m // groups, -1):
        yield order(filters, outputs).reshape(groups * depth, kh, kw, *grad.shape[2:])


def scattered(
    parts: Iterator[Array],
    input_size: Shape,
    dtype: type,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    **_: Any,
) -> Array:
    """Every image's shares added up where they belong; what falls into the padding is dropped."""
    (top, bottom), (left, right) = padding
    n, c, h, w = input_size
    framed: Array = np.zeros((n, c, top + h + bottom, left + w + right), dtype)
    for image, found in zip(framed, parts, strict=True):
        _, kh, kw, oh, ow = found.shape
        for k, q in np.ndindex(kh, kw):
            rows = slice(k * dilation[0], k * dilation[0] + (oh - 1) * stride[0] + 1, stride[0])
            columns = slice(q * dilation[1], q * dilation[1] + (ow - 1) * stride[1] + 1, stride[1])
            image[:, rows, columns] += found[:, k, q]
    return framed[:, :, top : top + h, left : left + w]


def formula(grad: Array, weight: Array, *, input_size: Shape, groups: int, **steps: Any) -> Array:
    return scattered(shares(blocked_product, grad, weight, groups), input_size, np.float64, **steps)


def error(
    profile: Profile, value: Array, grad: Enclosure, weight: Enclosure, **attributes: Any
) -> Array:
    """K·u·Σ|g||w|, K products that exist and are not zero: fewer at the image's border."""
    m, _, *taps = weight.value.shape
    return product_sum_error(
        *(profile, lambda g, w: formula(g, w, **attributes), grad, weight, None),
        depth=m // attributes["groups"] * taps[0] * taps[1],
    )


def exact(
    index: tuple[int, ...],
    grad: Array,
    weight: Array,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
    **_: Any,
) -> Exact:
    """One element: its products, which are exact in float64."""
    n, c, *place = index
    filters, depth = len(weight) // groups, weight.shape[1]
    own = slice(c // depth * filters, (c // depth + 1) * filters)
    found = []
    for axis in (0, 1):
        starts = [
            (k, place[axis] + padding[axis][0] - k * dilation[axis])
            for k in range(weight.shape[2 + axis])
        ]
        count = grad.shape[2 + axis]
        found.append(
            [
                (k, at // stride[axis])
                for k, at in starts
                if at % stride[axis] == 0 and 0 <= at // stride[axis] < count
            ]
        )
    products: list[float] = []
    for k, i in found[0]:
        for q, j in found[1]:
            products += (grad[n, own, i, j] * weight[own, c % depth, k, q]).tolist()
    return products


def honest(
    order: Callable[..., Array],
    grad: Array,
    weight: Array,
    *,
    input_size: Shape,
    groups: int,
    **steps: Any,
) -> Array:
    """float32: a matrix product over the filters, whose results are added tap by tap."""
    found = scattered(shares(order, grad, weight, groups), input_size, np.float32, **steps)
    return np.ascontiguousarray(found)


CONV2D_INPUT_GRAD = gradient(
    "conv2d_input_grad",
    CONV2D,
    "input",
    (
        conv2d_input_grad,
        sized_rule("conv2d_input_grad", CONV2D, "input", "weight"),
        formula,
        error,
        exact,
    ),
    (
        Operand("grad", "N M OH OW"),
        Operand("weight", "M C/groups KH KW", role="weight"),
    ),
    honest=honest,
    attributes=sized(CONV2D, "input"),
    output="N C H W",
    sums="M/groups KH KW",
)
