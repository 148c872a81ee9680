"""The gradient of two-dimensional max pooling."""

import math
from typing import Any

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .max_pool2d import MAX_POOL2D
from .operands import Operand
from .pool_grad import handed_back, pool_rule, seen
from .profile import Profile
from .spec import Padding, Pair
from .sums import plain_sum_error


def max_pool2d_grad(
    grad: Array,
    input: Array,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair | Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> Array:
    """dx[n,c,i,j] = Σ g[n,c,k,l] over the windows whose largest value is the first at (i, j)

    grad (N, C, OH, OW), input (N, C, H, W) as max_pool2d read it: float32 → input's shape, float64.
    Of equal maxima the first counts, row by row; of NaN the last. Padding never counts. Raises
    SpecError. As autograd of torch.nn.functional.max_pool2d.

    >>> max_pool2d_grad(np.float32([[[[7]]]]), np.float32([[[[1, 3, 2]]]]),
    ...                 kernel_size=(1, 3)).tolist()
    [[[[0.0, 7.0, 0.0]]]]
    """
    return evaluate(
        MAX_POOL2D_GRAD,
        (grad, input),
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    )


def chosen(input: Array, **attributes: Any) -> Array:
    """bool (N, C, OH, OW, KH, KW): the tap of each window that wins; none without pixels."""
    values = seen(input, -np.inf, attributes)
    inside = seen(np.ones((1, 1, *input.shape[2:])), 0.0, attributes) > 0
    flat = values.reshape(*values.shape[:4], -1)
    there = np.broadcast_to(inside.reshape(*inside.shape[:4], -1), flat.shape)
    winner = np.argmax(there & (flat == flat.max(axis=-1, keepdims=True)), axis=-1)
    unknown = np.isnan(flat)
    last = flat.shape[-1] - 1 - np.argmax(unknown[..., ::-1], axis=-1)
    winner = np.where(unknown.any(axis=-1), last, winner)
    taps = np.arange(flat.shape[-1]) == winner[..., np.newaxis]
    return (taps & there).reshape(values.shape)


def formula(grad: Array, input: Array, **attributes: Any) -> Array:
    shares = np.where(chosen(input, **attributes), grad[..., np.newaxis, np.newaxis], 0.0)
    return handed_back(shares, input.shape, attributes)


def candidates(profile: Profile, input: Enclosure, **attributes: Any) -> Array:
    """bool (N, C, OH, OW, KH, KW): the taps of windows of which several may win.

    NaN may win or be passed over; subnormal numbers may be flushed, and are then equal.
    """
    tiny = profile.smallest_normal
    low, high = (
        np.where(np.abs(end) < tiny, sign * 0.0, end)
        for end, sign in ((input.value - input.radius, -1), (input.value + input.radius, 1))
    )
    small = (np.abs(input.value) < tiny) & (input.value != 0)
    least = seen(low, -np.inf, attributes).max(axis=(4, 5), keepdims=True)
    unknown = np.isnan(seen(input.value, 0.0, attributes)).any(axis=(4, 5), keepdims=True)
    inside = seen(np.ones((1, 1, *input.value.shape[2:])), 0.0, attributes) > 0
    equal = seen(high, -np.inf, attributes) >= least
    doubtful = seen(small * 1.0, 0.0, attributes).any(axis=(4, 5), keepdims=True)
    doubtful = doubtful & (np.abs(least) < tiny)
    if not input.exact:
        doubtful = np.ones_like(doubtful)
    possible = inside & (unknown | (equal & doubtful))
    return possible & (possible.sum(axis=(4, 5), keepdims=True) > 1)


def error(
    profile: Profile, value: Array, grad: Enclosure, input: Enclosure, **attributes: Any
) -> Array:
    """That of the sum over overlapping windows; and g where it may be another pixel's."""
    shape, taps = input.value.shape, chosen(input.value, **attributes)

    def add(g: Array) -> Array:
        return handed_back(np.where(taps, g[..., np.newaxis, np.newaxis], 0.0), shape, attributes)

    depth = math.prod(attributes["kernel_size"])
    bound = plain_sum_error(profile, add, grad, depth)
    doubtful = candidates(profile, input, **attributes)
    if doubtful.any():
        shares = np.where(doubtful, grad.magnitude[..., np.newaxis, np.newaxis], 0.0)
        reach = handed_back(shares, shape, attributes)
        # Of more terms than were counted each may be rounded.
        bound = bound + reach * (1 + profile.gamma(depth))
    return bound


def exact(index: tuple[int, ...], grad: Array, input: Array, **attributes: Any) -> list[float]:
    """The gradients of the windows that the pixel wins."""
    n, c, i, j = index
    plane = input[n : n + 1, c : c + 1]
    own = np.zeros(plane.shape)
    own[0, 0, i, j] = 1.0
    taps = chosen(plane, **attributes) & (seen(own, 0.0, attributes) > 0)
    wins = np.asarray(taps.any(axis=(4, 5)))
    found: list[float] = grad[n, c][wins[0, 0]].tolist()
    return found


MAX_POOL2D_GRAD = gradient(
    "max_pool2d_grad",
    MAX_POOL2D,
    "input",
    (max_pool2d_grad, pool_rule("max_pool2d_grad", MAX_POOL2D), formula, error, exact),
    (Operand("grad", "N C OH OW"), Operand("input", "N C H W")),
    attributes=MAX_POOL2D.attributes,
    output="N C H W",
)
