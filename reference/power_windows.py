"""The windows of power-average pooling and their sums."""

import numpy as np

from .layer import Array, Attributes
from .spec import Pair, Shape
from .windows import NO_PADDING, covered, overhang, pad, positions, windows


def places(shape: Shape, attributes: Attributes) -> Pair:
    """(OH, OW): how many windows fit into an image of shape (N, C, H, W)."""
    kernel, step = attributes["kernel_size"], attributes["stride"]
    ceil_mode, sizes = attributes["ceil_mode"], (shape[2], shape[3])
    return positions("lp_pool2d", sizes, kernel, step, NO_PADDING, (1, 1), ceil_mode)


def cut(input: Array, attributes: Attributes) -> Array:
    """A view (N, C, OH, OW, KH, KW) of every window, zeros beyond the end."""
    kernel, step = attributes["kernel_size"], attributes["stride"]
    counts = places(input.shape, attributes)
    around = overhang(input.shape, kernel, step, NO_PADDING, (1, 1), counts)
    return windows(pad(input, around), kernel, step, (1, 1), counts)


def whole_share(shape: Shape, attributes: Attributes) -> Array:
    """(OH, OW): a whole window's pixels over those that lie inside the image."""
    counts = places(shape, attributes)
    kernel = attributes["kernel_size"]
    inside_image = [
        covered(size, taps, step, 0, (0, 0), count)
        for size, taps, step, count in zip(
            shape[2:], kernel, attributes["stride"], counts, strict=True
        )
    ]
    return kernel[0] * kernel[1] / np.outer(*inside_image)


def window_sums(values: Array, attributes: Attributes) -> Array:
    """The sum in each window, scaled up to a whole one."""
    return cut(values, attributes).sum(axis=(4, 5)) * whole_share(values.shape, attributes)
