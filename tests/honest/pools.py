"""Pooling in float32: windows are laid out as (KH·KW, N, C, OH, OW)."""

from typing import Any

import numpy as np

from clgold.reference.avg_pool2d import divisors
from clgold.reference.power_windows import whole_share
from clgold.reference.windows import NO_PADDING, overhang, pad, positions, windows

from .arithmetic import Arithmetic, Array, F
from .sums import Order, sequential


def taps(input: Array, outside: float, **attributes: Any) -> Array:
    """(KH·KW, N, C, OH, OW): every window's pixels, `outside` around the image."""
    kernel, stride = attributes["kernel_size"], attributes["stride"]
    padding = attributes.get("padding", NO_PADDING)
    dilation = attributes.get("dilation", (1, 1))
    sizes = input.shape[2:]
    counts = positions("pool", sizes, kernel, stride, padding, dilation, attributes["ceil_mode"])
    around = overhang(input.shape, kernel, stride, padding, dilation, counts)
    cut = windows(pad(input, around, outside), kernel, stride, dilation, counts)
    return cut.reshape(*cut.shape[:4], -1).transpose(4, 0, 1, 2, 3)


def max_pool2d(a: Arithmetic, input: Array, **attributes: Any) -> Array:
    pixels = a.flush(taps(input, -np.inf, **attributes))
    best = pixels[0]
    for pixel in pixels[1:]:
        best = np.where(pixel > best, pixel, best)
    return best


def average_divided(order: Order, a: Arithmetic, input: Array, **attributes: Any) -> Array:
    """The sum, divided by the count."""
    pixels = taps(input, 0.0, **attributes)
    total = order(a, pixels, np.ones((len(pixels), 1), F), None)
    return a.divide(total, divisors(input.shape, **attributes).astype(F))


def average_scaled(order: Order, a: Arithmetic, input: Array, **attributes: Any) -> Array:
    """The sum times the rounded reciprocal of the count."""
    pixels = taps(input, 0.0, **attributes)
    total = order(a, pixels, np.ones((len(pixels), 1), F), None)
    return a.multiply(total, a.divide(F(1), divisors(input.shape, **attributes).astype(F)))


def average_filtered(order: Order, a: Arithmetic, input: Array, **attributes: Any) -> Array:
    """A convolution with a filter of reciprocals."""
    pixels = taps(input, 0.0, **attributes)
    share = a.divide(F(1), divisors(input.shape, **attributes).astype(F))
    return order(a, pixels, np.broadcast_to(share, (len(pixels), *share.shape)), None)


def norm_by_powers(a: Arithmetic, input: Array, **attributes: Any) -> Array:
    """pow, the sum, the share of a whole window, pow; for p = 1 the sum alone."""
    power, pixels = F(attributes["norm_type"]), taps(input, 0.0, **attributes)
    raised = pixels if power == 1 else a.power(pixels, power)
    total = sequential(a, raised, np.ones((len(raised), 1), F), None)
    total = scaled_up(a, total, input, **attributes)
    return total if power == 1 else a.power(total, a.divide(F(1), power))


def norm_by_root(a: Arithmetic, input: Array, **attributes: Any) -> Array:
    """For p = 2: products and a square root."""
    pixels = taps(input, 0.0, **attributes)
    return a.sqrt(scaled_up(a, sequential(a, pixels, pixels, None), input, **attributes))


def scaled_up(a: Arithmetic, total: Array, input: Array, **attributes: Any) -> Array:
    """As torch: the mean over the pixels inside the image, times a whole window's pixels."""
    whole = int(np.prod(attributes["kernel_size"]))
    inside = np.rint(whole / whole_share(input.shape, attributes)).astype(F)
    return a.multiply(a.divide(total, inside), F(whole))
