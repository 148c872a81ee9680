"""Two-dimensional max pooling."""

from fractions import Fraction
from typing import Any

import numpy as np

from .attributes import flag, padding, pair, window
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Padding, Pair, Shape
from .windows import POOLS, overhang, pad, pooled, windows


def max_pool2d(
    input: Array,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair | Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> Array:
    """y[n,c,i,j] = max_{k,l} x[n, c, i·stride + k·dilation, j·stride + l·dilation]

    input (N, C, H, W) float32 → (N, C, OH, OW) float64. stride defaults to kernel_size; x is −∞
    outside the image; padding is at most half of what the window spans (torch: of its taps); a NaN
    in the window gives NaN. With ceil_mode a last window may overhang the end if it starts inside
    the image or its leading padding. Raises SpecError. As torch.nn.functional.max_pool2d.

    >>> max_pool2d(np.float32([[[[1, 2, 3], [4, 5, 6]]]]), kernel_size=2, stride=1).tolist()
    [[[[5.0, 6.0]]]]
    """
    return evaluate(
        MAX_POOL2D,
        (input,),
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    )


def shape_rule(input: Shape, **attributes: Any) -> Shape:
    return pooled("max_pool2d", input, **attributes)


def formula(input: Array, **attributes: Any) -> Array:
    return window_maximum(input, -np.inf, **attributes)


def window_maximum(input: Array, outside: float, **attributes: Any) -> Array:
    """The largest value in each window; NaN if it holds one."""
    kernel, step, spread = (attributes[k] for k in ("kernel_size", "stride", "dilation"))
    _, _, rows, columns = shape_rule(input.shape, **attributes)
    counts = (rows, columns)
    around = overhang(input.shape, kernel, step, attributes["padding"], spread, counts)
    return windows(pad(input, around, outside), kernel, step, spread, counts).max(axis=(4, 5))


def error(profile: Profile, value: Array, input: Enclosure, **attributes: Any) -> Array:
    """The largest error of a value in the window; and what flushing subnormal values may cost.

    They compare equal to zero and to each other: one may win that is below the maximum by η.
    """
    missing = np.isnan(input.value)
    if missing.any():  # passed over in `choices`, and then the others' errors count
        input = Enclosure(passed_over(input.value), np.where(missing, 0.0, input.radius))
        value = window_maximum(input.value, -np.inf, **attributes)
    tiny, size = profile.smallest_normal, np.abs(value)
    small = (input.magnitude > 0) & (np.abs(input.value) - input.radius < tiny)
    if input.exact and not small.any():
        return np.zeros(value.shape)
    radius = window_maximum(input.radius, 0.0, **attributes)
    equal = window_maximum(small * 1.0, 0.0, **attributes) * (size - radius < tiny)
    return radius + equal * (np.minimum(size, tiny) + tiny)


def exact(
    index: tuple[int, ...],
    input: Array,
    *,
    kernel_size: Pair,
    stride: Pair,
    padding: Padding,
    dilation: Pair,
    ceil_mode: bool,
) -> Fraction:
    n, c, *place = index
    seen = []
    for axis in (0, 1):
        start = place[axis] * stride[axis] - padding[axis][0]
        reached = (start + k * dilation[axis] for k in range(kernel_size[axis]))
        seen.append([at for at in reached if 0 <= at < input.shape[2 + axis]])
    return Fraction(float(input[n, c][seen[0]][:, seen[1]].max()))


def choices(profile: Profile, value: Array, input: Enclosure, **attributes: Any) -> Array | None:
    """(1, …): OpenCL's fmax(NaN, x) is x, so that the maximum of the rest is admitted too."""
    if not np.isnan(value).any():
        return None
    return window_maximum(passed_over(input.value), -np.inf, **attributes)[np.newaxis]


def passed_over(values: Array) -> Array:
    """The values with −∞ for NaN, which then is no maximum."""
    return np.where(np.isnan(values), -np.inf, values)


EXAMPLES: tuple[Setting, ...] = (
    *POOLS,
    (((2, 3, 9, 7),), {"kernel_size": 2, "dilation": (3, 2), "stride": 1}),
)

MAX_POOL2D = Layer(
    "max_pool2d",
    (Operand("input", "N C H W"),),
    *(max_pool2d, shape_rule, formula, error, exact),
    choices=choices,
    attributes={
        "kernel_size": window(),
        "stride": pair("kernel_size"),
        "padding": padding(0),
        "dilation": pair(1),
        "ceil_mode": flag(False),
    },
    output="N C OH OW",
    per="channel",
    examples=EXAMPLES,
    onnx="MaxPool",
)
