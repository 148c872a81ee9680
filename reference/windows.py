"""Windows sliding over images: where they fit, and the views and columns they cut out.

Output size: ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, as in
https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html; a remainder means that the last
rows or columns are never seen.
"""

import numpy as np

from .operands import Setting
from .spec import Padding, Pair, Shape, SpecError

NO_PADDING: Padding = ((0, 0), (0, 0))

POOLS: tuple[Setting, ...] = (
    (((2, 3, 9, 7),), {"kernel_size": 2}),
    (((1, 5, 11, 4),), {"kernel_size": (3, 2), "stride": (2, 1), "padding": ((1, 0), (0, 1))}),
    (((2, 1, 8, 13),), {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    (((1, 17, 1, 6),), {"kernel_size": (1, 4), "stride": 3, "ceil_mode": True}),
)


def extent(kernel: int, dilation: int) -> int:
    """How many pixels a window of `kernel` taps spans."""
    return dilation * (kernel - 1) + 1


def positions(
    layer: str,
    sizes: Pair,
    kernel_size: Pair,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    ceil_mode: bool = False,
) -> Pair:
    """How many windows fit, vertically and horizontally; SpecError if none does.

    With ceil_mode the last window may overhang the end, provided that it starts inside the
    image or its leading padding (torch's rule).
    """
    counts = []
    for name, size, kernel, step, (before, after), dilate in zip(
        ("height", "width"), sizes, kernel_size, stride, padding, dilation, strict=True
    ):
        span = extent(kernel, dilate)
        room = size + before + after - span
        count = room // step + 1
        if ceil_mode and room % step and count * step < size + before:
            count += 1
        if count < 1:
            raise SpecError(
                f"{layer}: a window spans {span} in {name}, "
                f"input with padding has {size + before + after}"
            )
        counts.append(count)
    return counts[0], counts[1]


def unseen(size: int, kernel: int, stride: int, padding: Pair, dilation: int = 1) -> int:
    """How many of the last rows (or columns) of the input no window ever sees."""
    room = size + sum(padding) - extent(kernel, dilation)
    return max(0, room % stride - padding[1])


def pooled(
    layer: str,
    input: Shape,
    *,
    kernel_size: Pair,
    stride: Pair,
    padding: Padding = NO_PADDING,
    dilation: Pair = (1, 1),
    ceil_mode: bool,
) -> Shape:
    """The shape (N, C, OH, OW) that pooling leaves; no window may see nothing but padding."""
    for taps, gap, sides in zip(kernel_size, dilation, padding, strict=True):
        half = extent(taps, gap) // 2
        if max(sides) > half:
            raise SpecError(
                f"{layer}: padding is {max(sides)}, expected at most half of the window, {half}, "
                "or windows might see nothing but padding"
            )
    n, c, h, w = input
    counts = positions(layer, (h, w), kernel_size, stride, padding, dilation, ceil_mode)
    return (n, c, *counts)


def pad(input: np.ndarray, padding: Padding, value: float = 0.0) -> np.ndarray:
    """(N, C, H, W) with `value` added around H and W."""
    if padding == NO_PADDING:
        return input
    return np.pad(input, ((0, 0), (0, 0), *padding), constant_values=value)


def windows(
    padded: np.ndarray, kernel_size: Pair, stride: Pair, dilation: Pair, counts: Pair
) -> np.ndarray:
    """A view (N, C, OH, OW, KH, KW) of (N, C, H, W): every window, nothing copied."""
    n, c, _, _ = padded.shape
    kh, kw = kernel_size
    sn, sc, sh, sw = padded.strides
    return np.lib.stride_tricks.as_strided(
        padded,
        (n, c, *counts, kh, kw),
        (sn, sc, sh * stride[0], sw * stride[1], sh * dilation[0], sw * dilation[1]),
        writeable=False,
    )


def overhang(
    shape: Shape, kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair, counts: Pair
) -> Padding:
    """`padding`, with as much added at the end as ceil_mode's last windows reach beyond it."""
    (top, bottom), (left, right) = padding
    height = (counts[0] - 1) * stride[0] + extent(kernel_size[0], dilation[0])
    width = (counts[1] - 1) * stride[1] + extent(kernel_size[1], dilation[1])
    return (top, max(bottom, height - top - shape[2])), (left, max(right, width - left - shape[3]))


def covered(size: int, taps: int, stride: int, before: int, margin: Pair, count: int) -> np.ndarray:
    """(count,): how many pixels of the image and its `margin` each window covers on one axis."""
    start = np.arange(count) * stride - before
    stop = np.minimum(start + taps, size + margin[1])
    return stop - np.maximum(start, -margin[0])
