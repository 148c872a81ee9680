"""Where windows lie on an image, and the layers that weigh what they see."""

from collections.abc import Iterator

import numpy as np

from .values import numbers, total

Array = np.ndarray
Pair = tuple[int, int]
Padding = tuple[Pair, Pair]


def starts(
    size: int, span: int, stride: int, padding: Pair, *, ceil_mode: bool = False
) -> list[int]:
    """Where windows start along one axis; the image's first pixel is 0.

    A window ends inside the padded image. With ceil_mode it may overhang the end by less than a
    stride, provided that it starts inside the image or its leading padding (torch's rule).
    """
    before, after = padding
    overhang = stride - 1 if ceil_mode else 0
    found = []
    start = -before
    while start + span <= size + after + overhang and (start < size or not ceil_mode):
        found.append(start)
        start += stride
    return found


def window_starts(
    shape: tuple[int, ...],
    kernel_size: Pair,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    *,
    ceil_mode: bool = False,
) -> tuple[list[int], list[int]]:
    """The rows and the columns at which windows over (N, C, H, W) start."""
    rows, columns = (
        starts(size, (taps - 1) * gap + 1, step, around, ceil_mode=ceil_mode)
        for size, taps, step, around, gap in zip(
            shape[2:], kernel_size, stride, padding, dilation, strict=True
        )
    )
    return rows, columns


def taps(
    shape: tuple[int, ...], top: int, left: int, kernel_size: Pair, dilation: Pair
) -> Iterator[tuple[int, int, int, int]]:
    """(k, l, row, column) for each tap of the window at (top, left) that lies on the image."""
    for k in range(kernel_size[0]):
        for m in range(kernel_size[1]):
            row, column = top + k * dilation[0], left + m * dilation[1]
            if 0 <= row < shape[2] and 0 <= column < shape[3]:
                yield k, m, row, column


def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> Array:
    """Cross-correlation; products of float32 are exact in float64."""
    filters, depth, *kernel = weight.shape
    kernel_size = (kernel[0], kernel[1])
    rows, columns = window_starts(input.shape, kernel_size, stride, padding, dilation)
    x, w = input.tolist(), weight.tolist()
    output = numbers(input.shape[0], filters, len(rows), len(columns))
    for n, f, i, j in np.ndindex(output.shape):
        first = f // (filters // groups) * depth
        terms = [] if bias is None else [float(bias[f])]
        for k, m, row, column in taps(input.shape, rows[i], columns[j], kernel_size, dilation):
            terms += [x[n][first + d][row][column] * w[f][d][k][m] for d in range(depth)]
        output[n, f, i, j] = total(terms)
    return output


def local2d(input: Array, weight: Array, *, stride: Pair) -> Array:
    """At every site the whole window, weighed once for each output of the site's tile."""
    batch, filters = len(input), len(weight)
    tile_y, tile_x, depth, taps_y, taps_x, sites_y, sites_x = weight.shape[1:]
    x, w = input.tolist(), weight.tolist()
    output = numbers(batch, filters, sites_y * tile_y, sites_x * tile_x)
    for n, m, sy, sx, ty, tx in np.ndindex(batch, filters, sites_y, sites_x, tile_y, tile_x):
        output[n, m, tile_y * sy + ty, tile_x * sx + tx] = total(
            [
                x[n][c][stride[0] * sy + ky][stride[1] * sx + kx] * w[m][ty][tx][c][ky][kx][sy][sx]
                for c, ky, kx in np.ndindex(depth, taps_y, taps_x)
            ]
        )
    return output


LAYERS = (conv2d, local2d)
