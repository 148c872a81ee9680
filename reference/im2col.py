"""Windows of images as columns, so that a convolution is one matrix product; part by part."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .layer import Array
from .spec import Padding, Pair, Shape, SpecError, axes, padding_pairs, pair
from .windows import pad, positions, windows

# Numbers that a part's columns, or its results, may have: what caches hold, and as long as that
# is less than COLUMNS columns, too few for a fast product, up to 32 MB.
NUMBERS, LARGEST = 2**18, 2**22
COLUMNS = 1024

Place = tuple[Any, ...]  # an index: numbers, slices, an ellipsis


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
    around, spread = (
        padding_pairs("im2col", "padding", padding),
        pair("im2col", "dilation", dilation, 1),
    )
    if not isinstance(input, np.ndarray):
        raise SpecError(f"im2col: input is a {type(input).__name__}, expected an array")
    axes("im2col", "input", input.shape, "C H W", "N C H W")
    batch = input[np.newaxis] if input.ndim == 3 else input
    counts = positions("im2col", batch.shape[2:], kernel, step, around, spread)
    cut = windows(pad(batch, around), kernel, step, spread, counts)
    n, c = batch.shape[:2]
    columns = cut.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kernel[0] * kernel[1], -1)
    return columns[0] if input.ndim == 3 else columns


def column_parts(
    input: Array,
    weight: Shape,
    *,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    groups: int,
) -> Iterator[tuple[Place, Array]]:
    """The columns of (N, C, H, W) for a weight of that shape, part by part, and their place.

    Yields (n, …, rows, columns), an index of (N, groups, M/groups, OH, OW), and float64
    (groups, K, L) with K = C/groups·KH·KW: the windows of these L positions in order.
    """
    n, _, h, w = input.shape
    m, _, *kernel_size = weight
    kernel, depth = (kernel_size[0], kernel_size[1]), math.prod(weight[1:])
    counts = positions("conv2d", (h, w), kernel, stride, padding, dilation)
    height, width = part_size(counts, max(groups * depth, m))
    for image in range(n):
        padded = pad(input[image : image + 1], padding)
        cut = windows(padded, kernel, stride, dilation, counts)[0].transpose(0, 3, 4, 1, 2)
        for top in range(0, counts[0], height):
            for left in range(0, counts[1], width):
                rows, columns = slice(top, top + height), slice(left, left + width)
                part = cut[..., rows, columns]
                taken = np.empty(part.shape)
                taken[...] = part  # widened on the way, where it is float32
                yield (image, ..., rows, columns), taken.reshape(groups, depth, -1)


def part_size(counts: Pair, numbers: int) -> Pair:
    """Rows and columns of the output in one part, if each position takes that many numbers."""
    room = min(max(NUMBERS // numbers, COLUMNS), LARGEST // numbers)
    return max(1, room // counts[1]), max(1, min(room, counts[1]))
