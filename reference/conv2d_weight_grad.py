"""The gradient of a convolution's weight: a sum over the batch and over all places."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .conv2d import CONV2D
from .evaluate import evaluate
from .gradient import gradient, sized, sized_rule
from .im2col import im2col
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Padding, Pair, Shape
from .sums import blocked_product, product_sum_error

Places = tuple[slice, slice]


def conv2d_weight_grad(
    grad: Array,
    input: Array,
    weight_size: Shape,
    stride: int | Pair = 1,
    padding: int | Pair | Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    """dw[m,c,k,l] = Σ_nij g[n,m,i,j]·x[n, c, i·stride + k·dilation, j·stride + l·dilation]

    grad (N, M, OH, OW), input (N, C, H, W), float32, weight_size (M, C/groups, KH, KW) → that,
    float64. x is the input with `padding` zeros around it, c the channel within the filter's group.
    Raises SpecError. As torch.nn.grad.conv2d_weight.

    >>> conv2d_weight_grad(np.float32([[[[2]]]]), np.float32([[[[3, 4]]]]), (1, 1, 1, 2)).tolist()
    [[[[6.0, 8.0]]]]
    """
    return evaluate(
        CONV2D_WEIGHT_GRAD,
        (grad, input),
        weight_size=weight_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
    )


def seen(size: int, count: int, tap: int, stride: int, before: int, dilation: int) -> Places:
    """Along an axis the outputs for which that tap lies in the image, and the pixels there."""
    offset = tap * dilation - before
    first = max(0, -(offset // stride))
    last = max(first, min(count, (size - 1 - offset) // stride + 1))
    if first == last:
        return slice(0), slice(0)
    start = first * stride + offset
    return slice(first, last), slice(start, start + (last - first - 1) * stride + 1, stride)


def by_tap(
    grad: Array,
    input: Array,
    weight_size: Shape,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> Iterator[tuple[Pair, Array, Array]]:
    """Tap by tap the outputs' gradients (groups, M/groups, L) and the pixels (groups, L, C/groups)
    that it multiplies, L of them, where it lies in the image.
    """
    outputs = grad.reshape(len(grad), groups, -1, *grad.shape[2:]).swapaxes(0, 2)
    pixels = input.reshape(len(input), groups, -1, *input.shape[2:]).swapaxes(0, 2)
    for tap in np.ndindex(*weight_size[2:]):
        (rows, ys), (columns, xs) = (
            seen(
                input.shape[2 + a], grad.shape[2 + a], tap[a], stride[a], padding[a][0], dilation[a]
            )
            for a in (0, 1)
        )
        own, other = outputs[..., rows, columns], pixels[..., ys, xs]
        factors = own.swapaxes(0, 1).reshape(groups, len(own), -1)
        others = other.swapaxes(0, 1).reshape(groups, len(other), -1).swapaxes(1, 2)
        yield (tap[0], tap[1]), factors, others


def formula(grad: Array, input: Array, *, weight_size: Shape, **attributes: Any) -> Array:
    """Tap by tap a product of the outputs' gradients and the pixels: what is padding plays no part,
    not even by an infinite gradient.
    """
    output = np.zeros(weight_size)
    for (k, q), own, other in by_tap(grad, input, weight_size, **attributes):
        output[:, :, k, q] = blocked_product(own, other).reshape(weight_size[:2])
    return output


def error(
    profile: Profile, value: Array, grad: Enclosure, input: Enclosure, **attributes: Any
) -> Array:
    """K·u·Σ|g||x|, K products that exist and are not zero."""
    return product_sum_error(
        *(profile, lambda g, x: formula(g, x, **attributes), grad, input, None),
        depth=grad.value.size // grad.value.shape[1],
    )


def choices(
    profile: Profile, value: Array, grad: Enclosure, input: Enclosure, **attributes: Any
) -> Array | None:
    """NaN too, where a kernel multiplies a gradient that is not finite by padding's zeros."""
    beyond = ~np.isfinite(grad.value) * 1.0
    if not beyond.any():
        return None
    met = formula(beyond, np.ones(input.value.shape), **attributes)
    of = beyond.sum(axis=(0, 2, 3)).reshape(-1, 1, 1, 1)
    return np.stack([value, np.where(met < of, np.nan, value)])


def exact(
    index: tuple[int, ...],
    grad: Array,
    input: Array,
    *,
    weight_size: Shape,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> Exact:
    """One element: its products, which are exact in float64."""
    m, c, *tap = index
    channel = m // (weight_size[0] // groups) * weight_size[1] + c
    (rows, ys), (columns, xs) = (
        seen(input.shape[2 + a], grad.shape[2 + a], tap[a], stride[a], padding[a][0], dilation[a])
        for a in (0, 1)
    )
    found = grad[:, m, rows, columns] * input[:, channel, ys, xs]
    products: list[float] = found.ravel().tolist()
    return products


def honest(
    order: Callable[..., Array],
    grad: Array,
    input: Array,
    *,
    weight_size: Shape,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> Array:
    """float32: one matrix product over all images and places, group by group."""
    m, depth, *kernel = weight_size
    own = m // groups
    outputs = grad.swapaxes(0, 1).reshape(groups, own, -1)
    columns = im2col(input, (kernel[0], kernel[1]), stride, padding, dilation)
    windows = columns.reshape(len(input), groups, depth * kernel[0] * kernel[1], -1)
    found = order(outputs, windows.transpose(1, 0, 3, 2).reshape(groups, outputs.shape[2], -1))
    return found.reshape(weight_size)


CONV2D_WEIGHT_GRAD = gradient(
    "conv2d_weight_grad",
    CONV2D,
    "weight",
    (
        conv2d_weight_grad,
        sized_rule("conv2d_weight_grad", CONV2D, "weight", "input"),
        formula,
        error,
        exact,
    ),
    (Operand("grad", "N M OH OW"), Operand("input", "N C H W")),
    choices=choices,
    honest=honest,
    attributes=sized(CONV2D, "weight"),
    output="M C/groups KH KW",
    sums="N OH OW",
)
