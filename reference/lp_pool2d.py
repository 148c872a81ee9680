"""Two-dimensional power-average pooling."""

from fractions import Fraction
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .profile import Profile
from .rounding import Exact, inside
from .spec import Pair, Shape, SpecError, axes, boolean, number, pair
from .windows import NO_PADDING, covered, overhang, pad, positions, windows


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
    """
    return evaluate(
        LP_POOL2D,
        (input,),
        {
            "norm_type": norm_type,
            "kernel_size": kernel_size,
            "stride": stride,
            "ceil_mode": ceil_mode,
        },
    )


def attributes(
    norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False
) -> Attributes:
    power = number("lp_pool2d", "norm_type", norm_type)
    if power <= 0:
        raise SpecError(f"lp_pool2d: norm_type is {power}, expected more than 0")
    kernel = pair("lp_pool2d", "kernel_size", kernel_size, 1)
    return {
        "norm_type": power,
        "kernel_size": kernel,
        "stride": kernel if stride is None else pair("lp_pool2d", "stride", stride, 1),
        "ceil_mode": boolean("lp_pool2d", "ceil_mode", ceil_mode),
    }


def shape_rule(
    input: Shape, *, norm_type: float, kernel_size: Pair, stride: Pair, ceil_mode: bool
) -> Shape:
    axes("lp_pool2d", "input", input, "N C H W")
    n, c, h, w = input
    counts = positions("lp_pool2d", (h, w), kernel_size, stride, NO_PADDING, (1, 1), ceil_mode)
    return (n, c, *counts)


def cut(input: Array, attributes: Attributes) -> Array:
    """A view (N, C, OH, OW, KH, KW) of every window, zeros beyond the end."""
    kernel, step = attributes["kernel_size"], attributes["stride"]
    _, _, rows, columns = shape_rule(input.shape, **attributes)
    around = overhang(input.shape, kernel, step, NO_PADDING, (1, 1), (rows, columns))
    return windows(pad(input, around), kernel, step, (1, 1), (rows, columns))


def whole_share(shape: Shape, attributes: Attributes) -> Array:
    """(OH, OW): a whole window's pixels over those that lie inside the image."""
    _, _, *counts = shape_rule(shape, **attributes)
    kernel = attributes["kernel_size"]
    inside_image = [
        covered(size, taps, step, 0, (0, 0), count)
        for size, taps, step, count in zip(
            shape[2:], kernel, attributes["stride"], counts, strict=True
        )
    ]
    return kernel[0] * kernel[1] / np.outer(*inside_image)


def formula(input: Array, **attributes: Any) -> Array:
    power = attributes["norm_type"]
    total = (cut(input, attributes) ** power).sum(axis=(4, 5))
    return (total * whole_share(input.shape, attributes)) ** (1 / power)


def error(profile: Profile, value: Array, input: Enclosure, **attributes: Any) -> Array:
    """What the sum's error e does to the root, and the root's own error.

    e: each power (or product, for p = 2), the additions, and the scaling; (S ± e)^(1/p) encloses
    the root. The root, by sqrt or pow, has its accuracy, and 1/p its rounding times |ln S|.
    """
    u, power = profile.u, attributes["norm_type"]
    share = whole_share(input.value.shape, attributes)
    raised = (cut(input.value, attributes) ** power).sum(axis=(4, 5)) * share
    largest = (cut(input.magnitude, attributes) ** power).sum(axis=(4, 5)) * share
    smallest = (cut(np.abs(input.value), attributes) ** power).sum(axis=(4, 5)) * share
    terms = int(np.prod(attributes["kernel_size"]))
    direct = power == 1
    term = 0.0 if direct else profile.ulps(profile.power) + u * power
    scaled = 2 * u + profile.ulps(profile.divide)
    off = (term + float(profile.gamma(terms)) + scaled) * largest * (1 + 2.0**-20)
    off = off + (largest - smallest if not input.exact else 0.0)
    off = off + 2 * profile.smallest_normal * terms * (largest > 0)
    if direct:
        return off + np.where(largest > profile.largest, np.inf, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        high, low = (raised + off) ** (1 / power), (raised - off) ** (1 / power)
        root = profile.ulps(max(profile.power, profile.sqrt)) + 2 * u
        inverse = (2 * u + profile.ulps(profile.divide)) / power
        root = root + inverse * np.abs(np.log(np.maximum(raised, profile.smallest_normal)))
    low = np.where(raised - off <= 0, 0.0, low)
    bound = np.maximum(high - value, value - low) + root * (1 + 2.0**-20) * high
    uncertain = (raised < off) & (power % 2 != 0)  # the sum may be negative, the root NaN
    return np.where(uncertain | (largest > profile.largest), np.inf, bound)


def own_error(profile: Profile, value: Array, input: Enclosure, **attributes: Any) -> Array:
    """As `error`; where that knows nothing, nothing is known."""
    found = error(profile, value, input, **attributes)
    return np.where(np.isfinite(found), found, np.abs(value) + 1)


def exact(index: tuple[int, ...], input: Array, **attributes: Any) -> Exact:
    """Rational for p = 1, else enclosed."""
    n, c, i, j = index
    power = attributes["norm_type"]
    kernel, step = attributes["kernel_size"], attributes["stride"]
    top, left = i * step[0], j * step[1]
    window = input[n, c, top : top + kernel[0], left : left + kernel[1]]
    pixels = [Fraction(x) for x in window.ravel().tolist()]
    share = Fraction(kernel[0] * kernel[1], len(pixels))
    if power == int(power):
        total = share * sum((x ** int(power) for x in pixels), Fraction(0))
        if power == 1 or total == 0:
            return total
        return lambda c: inside(c, total) ** (1 / inside(c, Fraction(power)))
    if not any(pixels):
        return Fraction(0)
    return lambda c: (
        (inside(c, share) * sum(inside(c, x) ** inside(c, Fraction(power)) for x in pixels if x))
        ** (1 / inside(c, Fraction(power)))
    )


LP_POOL2D = Layer(
    name="lp_pool2d",
    operands=("input",),
    forward=lp_pool2d,
    attributes=attributes,
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    own_error=own_error,
    exact=exact,
)
