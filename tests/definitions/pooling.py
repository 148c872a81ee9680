"""Layers that sum up what a window sees, one output element at a time."""

import math
from fractions import Fraction

import mpmath
import numpy as np

from .images import Padding, Pair, taps, window_starts
from .values import BITS, numbers

Array = np.ndarray
NO_PADDING: Padding = ((0, 0), (0, 0))


def max_pool2d(
    input: Array,
    *,
    kernel_size: Pair,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    ceil_mode: bool,
) -> Array:
    """The largest pixel in each window, −∞ if there is none, NaN if one is."""
    rows, columns = window_starts(
        input.shape, kernel_size, stride, padding, dilation, ceil_mode=ceil_mode
    )
    output = numbers(*input.shape[:2], len(rows), len(columns))
    for n, c, i, j in np.ndindex(output.shape):
        window = taps(input.shape, rows[i], columns[j], kernel_size, dilation)
        seen = [float(input[n, c, row, column]) for _, _, row, column in window]
        unknown = any(math.isnan(value) for value in seen)
        output[n, c, i, j] = math.nan if unknown else max(seen, default=-math.inf)
    return output


def avg_pool2d(
    input: Array,
    *,
    kernel_size: Pair,
    stride: Pair,
    padding: Padding,
    ceil_mode: bool,
    count_include_pad: bool,
) -> Array:
    """The sum over the number of places: the image's alone, or those of the padding as well."""
    rows, columns = window_starts(
        input.shape, kernel_size, stride, padding, (1, 1), ceil_mode=ceil_mode
    )
    around = padding if count_include_pad else NO_PADDING
    output = numbers(*input.shape[:2], len(rows), len(columns))
    for n, c, i, j in np.ndindex(output.shape):
        seen = taps(input.shape, rows[i], columns[j], kernel_size, (1, 1))
        total = sum(Fraction(float(input[n, c, row, column])) for _, _, row, column in seen)
        places = 1
        for start, count, size, margin in zip(
            (rows[i], columns[j]), kernel_size, input.shape[2:], around, strict=True
        ):
            places *= sum(-margin[0] <= start + k < size + margin[1] for k in range(count))
        output[n, c, i, j] = total / places
    return output


def lp_pool2d(
    input: Array, *, norm_type: float, kernel_size: Pair, stride: Pair, ceil_mode: bool
) -> Array:
    """The p-th root of the sum of p-th powers, as if the window's unseen part were like the seen.

    A power or a root that is not real is NaN.
    """
    rows, columns = window_starts(
        input.shape, kernel_size, stride, NO_PADDING, (1, 1), ceil_mode=ceil_mode
    )
    output = numbers(*input.shape[:2], len(rows), len(columns))
    with mpmath.workprec(BITS):
        for n, c, i, j in np.ndindex(output.shape):
            window = taps(input.shape, rows[i], columns[j], kernel_size, (1, 1))
            seen = [mpmath.mpf(float(input[n, c, row, column])) for _, _, row, column in window]
            total = mpmath.fsum(x**norm_type for x in seen)
            share = mpmath.mpf(kernel_size[0] * kernel_size[1]) / len(seen)
            root = (total * share) ** (1 / mpmath.mpf(norm_type))
            output[n, c, i, j] = math.nan if mpmath.im(root) else mpmath.re(root)
    return output


LAYERS = (max_pool2d, avg_pool2d, lp_pool2d)
