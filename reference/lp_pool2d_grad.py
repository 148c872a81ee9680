"""The gradient of two-dimensional power-average pooling."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Attributes
from .lp_pool2d import LP_POOL2D
from .lp_pool2d_grad_error import error
from .operands import Operand
from .pool_grad import handed_back, pool_rule, seen
from .power_windows import whole_share
from .rounding import INFINITE, LONGEST, Exact, Interval, inside
from .rounding import power as raised
from .spec import Pair, Shape, SpecError

if TYPE_CHECKING:
    from mpmath.ctx_iv import MPIntervalContext


def lp_pool2d_grad(
    grad: Array,
    input: Array,
    result: Array,
    norm_type: float,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    ceil_mode: bool = False,
) -> Array:
    """dx[n,c,i,j] = Σ g[n,c,k,l]·s·(x[n,c,i,j]/y[n,c,k,l])^(p − 1) over the windows with (i, j)

    grad and result, y, as lp_pool2d gave it, (N, C, OH, OW), input (N, C, H, W): float32 → input's
    shape, float64. p is norm_type, s lp_pool2d's scale of a window that overhangs. A window whose y
    is 0 gives nothing. NaN where the power is none. Raises SpecError. As autograd of
    torch.nn.functional.lp_pool2d.
    """
    return evaluate(
        LP_POOL2D_GRAD,
        (grad, input, result),
        norm_type=norm_type,
        kernel_size=kernel_size,
        stride=stride,
        ceil_mode=ceil_mode,
    )


def shape_rule(grad: Shape, input: Shape, result: Shape, **attributes: Any) -> Shape:
    if result != grad:
        raise SpecError(f"lp_pool2d_grad: result has shape {result}, expected that of grad, {grad}")
    return pool_rule("lp_pool2d_grad", LP_POOL2D)(grad, input, **attributes)


def formula(grad: Array, input: Array, result: Array, **attributes: Any) -> Array:
    y = result[..., np.newaxis, np.newaxis]
    powers = (seen(input, 0.0, attributes) / y) ** (attributes["norm_type"] - 1)
    scaled = grad * whole_share(input.shape, attributes)
    shares = np.where(y == 0, 0.0, scaled[..., np.newaxis, np.newaxis] * powers)
    return handed_back(shares, input.shape, attributes)


def exact(
    index: tuple[int, ...], grad: Array, input: Array, result: Array, **attributes: Any
) -> Exact:
    """Rational where the power is a whole one, else enclosed."""
    n, c, *_ = index
    pixel, power = float(input[index]), attributes["norm_type"] - 1
    terms = []
    for place, scale in covering(index, input.shape, attributes):
        g, y = float(grad[n, c, *place]), float(result[n, c, *place])
        if y != 0 and not (np.isinf(y) and power > 0):
            terms.append((scale * Fraction(g), Fraction(y if power else 1)))
    if not terms:
        return Fraction(0)
    if not np.isfinite(pixel):  # and yet a number: ∞⁰, or ∞ to a negative power
        return Fraction(0) if power else sum((g for g, _ in terms), Fraction(0))
    x = Fraction(pixel)
    if x == 0:
        return at_zero([g for g, _ in terms], power)
    if power == int(power) and abs(power) <= LONGEST:
        return sum((g * (x / y) ** int(power) for g, y in terms), Fraction(0))
    if power != int(power) and any(x / y < 0 for _, y in terms):
        return None
    even = power % 2 == 0

    def total(c: "MPIntervalContext") -> Interval:
        each = (
            inside(c, g if even or x / y > 0 else -g)
            * raised(c, inside(c, abs(x / y)), inside(c, Fraction(power)))
            for g, y in terms
        )
        return sum(each, c.mpf(0))

    return total


def at_zero(scaled: list[Fraction], power: float) -> Exact:
    """The sum of g·s·0^power."""
    if power > 0:
        return Fraction(0)
    if power == 0:
        return sum(scaled, Fraction(0))
    if not scaled:
        return Fraction(0)
    signs = {(g > 0) - (g < 0) for g in scaled}
    return signs.pop() * INFINITE if len(signs) == 1 and 0 not in signs else None


def covering(
    index: tuple[int, ...], shape: Shape, attributes: Attributes
) -> list[tuple[Pair, Fraction]]:
    """The windows that see the pixel, and each one's scale."""
    taps, steps, sizes = attributes["kernel_size"], attributes["stride"], shape[2:]
    counts = whole_share(shape, attributes).shape
    along = [
        [k for k in range(count) if 0 <= place - k * step < tap]
        for place, count, step, tap in zip(index[2:], counts, steps, taps, strict=True)
    ]

    def scale(k: int, axis: int) -> Fraction:
        return Fraction(taps[axis], min(taps[axis], sizes[axis] - k * steps[axis]))

    return [((k, m), scale(k, 0) * scale(m, 1)) for k in along[0] for m in along[1]]


LP_POOL2D_GRAD = gradient(
    "lp_pool2d_grad",
    LP_POOL2D,
    "input",
    (lp_pool2d_grad, shape_rule, formula, error, exact),
    (
        Operand("grad", "N C OH OW"),
        Operand("input", "N C H W"),
        Operand("result", "N C OH OW", values="positive"),
    ),
    attributes=LP_POOL2D.attributes,
    output="N C H W",
)
