"""Two-dimensional average pooling."""

from fractions import Fraction
from typing import Any

import numpy as np

from .attributes import flag, padding, pair, window
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .rounding import exact_sum
from .spec import Padding, Pair, Shape
from .windows import POOLS, covered, overhang, pad, pooled, windows


def avg_pool2d(
    input: Array,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair | Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """y[n,c,i,j] = Σ_kl x[n, c, i·stride + k, j·stride + l] / the number of pixels in the window

    input (N, C, H, W) float32 → (N, C, OH, OW) float64. stride defaults to kernel_size; x is 0
    outside the image; padding is at most half the window. Pixels of the padding count unless
    count_include_pad is False; what a last window of ceil_mode covers beyond the padding never
    counts. Raises SpecError. As torch.nn.functional.avg_pool2d; ONNX's AveragePool leaves padding
    out by default.

    >>> avg_pool2d(np.float32([[[[1, 2, 3], [4, 5, 6]]]]), kernel_size=2, stride=1).tolist()
    [[[[3.0, 4.0]]]]
    """
    return evaluate(
        AVG_POOL2D,
        (input,),
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )


def shape_rule(input: Shape, *, count_include_pad: bool, **attributes: Any) -> Shape:
    return pooled("avg_pool2d", input, **attributes)


def window_sums(input: Array, **attributes: Any) -> Array:
    """The sum in each window, zeros outside the image."""
    kernel, step = attributes["kernel_size"], attributes["stride"]
    _, _, rows, columns = shape_rule(input.shape, **attributes)
    around = overhang(input.shape, kernel, step, attributes["padding"], (1, 1), (rows, columns))
    return windows(pad(input, around), kernel, step, (1, 1), (rows, columns)).sum(axis=(4, 5))


def divisors(shape: Shape, **attributes: Any) -> Array:
    """(OH, OW): how many pixels each window's sum is divided by."""
    _, _, *counts = shape_rule(shape, **attributes)
    margins = attributes["padding"] if attributes["count_include_pad"] else ((0, 0), (0, 0))
    per_axis = [
        covered(size, taps, step, before, margin, count)
        for size, taps, step, (before, _), margin, count in zip(
            shape[2:],
            attributes["kernel_size"],
            attributes["stride"],
            attributes["padding"],
            margins,
            counts,
            strict=True,
        )
    ]
    return np.outer(*per_axis)


def formula(input: Array, **attributes: Any) -> Array:
    return window_sums(input, **attributes) / divisors(input.shape, **attributes)


def error(profile: Profile, value: Array, input: Enclosure, **attributes: Any) -> Array:
    """(n·u + D + u)·Σ|x|/c: the additions, then a division or a rounded reciprocal.

    Each of n shares x/c, partial sums and the mean may be flushed to zero.
    """
    count = divisors(input.value.shape, **attributes)
    magnitude = window_sums(input.magnitude, **attributes)
    terms = int(np.prod(attributes["kernel_size"]))
    added = profile.summed(terms, terms)
    relative = added + (profile.ulps(profile.divide) + profile.u) * (1 + added)
    own = relative * (1 + 2.0**-20) * magnitude / count
    lost = 2 * terms * profile.smallest_normal * (1 + added) * (magnitude > 0)
    passed_on = 0.0 if input.exact else window_sums(input.radius, **attributes) / count
    overflow = np.where(magnitude * (1 + added) > profile.largest, np.inf, 0.0)
    return own + lost + passed_on + overflow


def exact(index: tuple[int, ...], input: Array, **attributes: Any) -> Fraction:
    n, c, *place = index
    seen = []
    for axis in (0, 1):
        start = place[axis] * attributes["stride"][axis] - attributes["padding"][axis][0]
        stop = start + attributes["kernel_size"][axis]
        seen.append(slice(max(start, 0), min(stop, input.shape[2 + axis])))
    count = int(divisors(input.shape, **attributes)[place[0], place[1]])
    return exact_sum(input[n, c, seen[0], seen[1]].ravel().tolist()) / count


EXAMPLES: tuple[Setting, ...] = tuple(
    (shapes, attributes | {"count_include_pad": included})
    for shapes, attributes in POOLS
    for included in (True, False)
)

AVG_POOL2D = Layer(
    "avg_pool2d",
    (Operand("input", "N C H W"),),
    *(avg_pool2d, shape_rule, formula, error, exact),
    attributes={
        "kernel_size": window(),
        "stride": pair("kernel_size"),
        "padding": padding(0),
        "ceil_mode": flag(False),
        "count_include_pad": flag(True),
    },
    output="N C OH OW",
    per="channel",
    examples=EXAMPLES,
    onnx="AveragePool",
)
