"""Two-dimensional power-average pooling."""

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .attributes import flag, number, pair, window
from .evaluate import evaluate
from .layer import Array, Layer
from .lp_pool2d_error import error, own_error
from .operands import Operand, Setting
from .power_windows import cut, whole_share
from .rounding import LONGEST, Exact, Interval, finest, inside
from .rounding import power as raised
from .spec import Pair, Shape
from .windows import pooled

if TYPE_CHECKING:
    from mpmath.ctx_iv import MPIntervalContext


def lp_pool2d(
    input: Array,
    norm_type: float,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    ceil_mode: bool = False,
) -> Array:
    """y[n,c,i,j] = (Σ_kl x[n, c, i·stride + k, j·stride + l]^p)^(1/p), p = norm_type

    input (N, C, H, W) float32 → (N, C, OH, OW) float64. stride defaults to kernel_size. A last
    window of ceil_mode that overhangs the image is scaled up to a whole one. Raises SpecError.
    As torch.nn.functional.lp_pool2d, which raises x, not |x|, to the power: a negative sum gives
    NaN, except for p = 1. ONNX's LpPool takes |x|.

    >>> lp_pool2d(np.float32([[[[3, 4]]]]), 2.0, kernel_size=(1, 2)).tolist()
    [[[[5.0]]]]
    """
    return evaluate(
        LP_POOL2D,
        (input,),
        norm_type=norm_type,
        kernel_size=kernel_size,
        stride=stride,
        ceil_mode=ceil_mode,
    )


def shape_rule(input: Shape, *, norm_type: float, **attributes: Any) -> Shape:
    return pooled("lp_pool2d", input, **attributes)


def formula(input: Array, **attributes: Any) -> Array:
    power, seen = attributes["norm_type"], cut(input, attributes)
    # Scaled by a power of two, which rounds nothing, no power leaves float64's range.
    largest = cut(np.abs(input), attributes).max(axis=(4, 5))
    scale = np.where(np.isfinite(largest), 2.0 ** np.frexp(largest)[1], 1.0)
    taps = np.ndindex(*attributes["kernel_size"])
    total = sum(((seen[..., *tap] / scale) ** power for tap in taps), np.zeros(scale.shape))
    return (total * whole_share(input.shape, attributes)) ** (1 / power) * scale


def exact(index: tuple[int, ...], input: Array, **attributes: Any) -> Exact:
    """Rational for p = 1, else enclosed."""
    n, c, i, j = index
    power = attributes["norm_type"]
    kernel, step = attributes["kernel_size"], attributes["stride"]
    top, left = i * step[0], j * step[1]
    window = input[n, c, top : top + kernel[0], left : left + kernel[1]]
    pixels = [Fraction(x) for x in window.ravel().tolist()]
    share = Fraction(kernel[0] * kernel[1], len(pixels))
    root = 1 / Fraction(power)
    if power == int(power) and power <= LONGEST:
        total = share * sum((x ** int(power) for x in pixels), Fraction(0))
        if power == 1 or total == 0:
            return total
        return (lambda c: raised(c, inside(c, total), inside(c, root))) if total > 0 else None
    if power != int(power) and min(pixels) < 0:
        return None
    terms = signed_terms(pixels, power % 2 == 1)
    if not terms:
        return Fraction(0)

    def sum_of_powers(c: "MPIntervalContext") -> Interval:
        powers = (raised(c, inside(c, abs(x)), inside(c, Fraction(power))) for x, _ in terms)
        return inside(c, share) * sum(k * y for y, (_, k) in zip(powers, terms, strict=True))

    if any(k < 0 for _, k in terms) and not sum_of_powers(finest()) > 0:
        return None
    return lambda c: raised(c, sum_of_powers(c), inside(c, root))


def signed_terms(pixels: list[Fraction], odd: bool) -> list[tuple[Fraction, int]]:
    """Every |x| but 0, and how often its power is added; of odd powers, x and −x make nothing."""
    counts: Counter[Fraction] = Counter()
    for x in pixels:
        counts[abs(x)] += -1 if odd and x < 0 else 1
    return [(x, k) for x, k in counts.items() if x and k]


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 9, 7),), {"norm_type": 2, "kernel_size": (3, 2), "stride": 2}),
    (((1, 5, 8, 5),), {"norm_type": 2, "kernel_size": 3, "stride": 2, "ceil_mode": True}),
    (((1, 5, 8, 5),), {"norm_type": 1, "kernel_size": 2}),
)

LP_POOL2D = Layer(
    "lp_pool2d",
    (Operand("input", "N C H W"),),
    *(lp_pool2d, shape_rule, formula, error, exact),
    own_error=own_error,
    attributes={
        "norm_type": number(above=0, others=(1.0, 2.0, 3.0)),
        "kernel_size": window(),
        "stride": pair("kernel_size"),
        "ceil_mode": flag(False),
    },
    output="N C OH OW",
    per="channel",
    examples=EXAMPLES,
    onnx="LpPool",
)
