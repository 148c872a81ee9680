"""How far a kernel of power-average pooling's gradient may be off."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure
from .pool_grad import handed_back, seen
from .power_windows import whole_share
from .profile import Profile
from .sums import SLACK, product_sum_error

TAPS = (..., np.newaxis, np.newaxis)


@dataclass(frozen=True)
class Factors:
    """(N, C, OH, OW, KH, KW): s·(x/y)^(p − 1) of every tap, how far off; the largest of what it is
    made of, 1 at least, and what a product that is flushed costs.
    """

    value: Array
    off: Array
    largest: Array
    lost: Array


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    result: Enclosure,
    **attributes: Any,
) -> Array:
    """That of a sum of products with the factors, and what is flushed on the way to these."""
    shape, g = input.value.shape, grad.magnitude[TAPS]
    factors = of_taps(profile, input, result, attributes)

    def contract(g: Array, part: Array) -> Array:
        return handed_back(g[TAPS] * part, shape, attributes)

    depth = math.prod(attributes["kernel_size"])
    whole = Enclosure(factors.value, factors.off)
    bound = product_sum_error(profile, contract, grad, whole, None, depth)
    lost = handed_back(np.where(g > 0, factors.lost * np.maximum(g, 1.0), 0.0), shape, attributes)
    most = np.maximum(g, 1.0) * factors.largest
    beyond = ~np.isfinite(factors.off) | ~(most * SLACK <= profile.largest)
    unknown = handed_back(beyond * 1.0, shape, attributes) > 0
    return np.where(unknown, np.inf, bound + lost * SLACK)


def of_taps(
    profile: Profile, input: Enclosure, result: Enclosure, attributes: Attributes
) -> Factors:
    """The factors; infinitely far off where a power may leave the format, or y may be 0."""
    tiny, power = profile.smallest_normal, attributes["norm_type"] - 1
    share = whole_share(input.value.shape, attributes)[TAPS]
    x, y, y_off, share = np.broadcast_arrays(
        seen(input.value, 0.0, attributes), result.value[TAPS], result.radius[TAPS], share
    )
    lost = tiny * math.prod(attributes["kernel_size"])  # a mean that is flushed is then multiplied
    x_off, zero = seen(input.radius, 0.0, attributes), (y == 0) & (y_off == 0)
    factor = np.where(y == 0, 0.0, share * (x / y) ** power)
    least = np.where(zero, 1.0, y - y_off)
    if power == 0:
        scaled = profile.ulps(profile.divide) + 2 * profile.u
        off = np.where(np.abs(y) - y_off < tiny, share, scaled * share)
        return Factors(factor, np.where(zero, 0.0, off), share, np.where(zero, 0.0, 4 * lost))
    ends = np.abs(x) + x_off, np.maximum(np.abs(x) - x_off, 0.0)
    size = ends[0] if power > 0 else ends[1]
    of_x, of_y = np.where(size > 0, size, 1.0) ** power, least**-power
    off = relative_error(profile, ends[0], least, power) * np.abs(factor)
    off = off + moved((x, x_off), (y, y_off), factor, share, power)
    flushed = (size > 0) & ((size < tiny) | (size < tiny * least))
    off = off + np.where(flushed, share * (ends[0] / least) ** power, 0.0)
    largest = share * np.maximum(np.maximum(of_x, 1.0) * np.maximum(of_y, 1.0), ends[0] / least)
    unknown = ~((least >= tiny) & (of_y >= tiny) & (of_y * SLACK <= 1 / tiny))
    if power < 0:
        unknown |= flushed | (size == 0)
    flushes = np.where((ends[0] > 0) & ~zero, 4 * lost * largest, 0.0)
    off = np.where(zero, 0.0, np.where(unknown, np.inf, off * SLACK))
    return Factors(factor, off, np.where(zero, 1.0, largest), flushes)


def relative_error(profile: Profile, x: Array, y: Array, power: float) -> Array:
    """Two powers, whose exponent is rounded, or one of a quotient; s, and three products."""
    u, divide = profile.u, profile.ulps(profile.divide)
    inexact = float(np.float32(power + 1)) != power + 1 or float(np.float32(power)) != power
    logarithms = [np.abs(np.log(np.where(a > 0, a, 1.0))) for a in (x, y)] if inexact else []
    depth = sum((np.maximum(1.0, one) for one in logarithms), 2.0 * np.ones(1))
    own = 2 * profile.ulps(profile.power) + u * (1 + abs(power)) * depth
    own = own + max(1.0, abs(power)) * divide + (divide + 2 * u) + 3 * u
    return np.asarray(np.expm1(own / (1 - np.minimum(own, 0.5))))


def moved(
    x: tuple[Array, Array], y: tuple[Array, Array], factor: Array, share: Array, power: float
) -> Array:
    """How far the factor moves with x and y: monotonic in y, and in x on each side of 0."""
    if not (x[1].any() or y[1].any()):
        return np.zeros_like(factor)
    ends = [x[0] - x[1], x[0] + x[1]]
    ends.append(np.where(ends[0] * ends[1] < 0, 0.0, x[0]))
    others = [share * (a / b) ** power for a in ends for b in (y[0] - y[1], y[0] + y[1])]
    return np.asarray(np.max([np.abs(one - factor) for one in others], axis=0))
