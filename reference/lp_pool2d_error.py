"""How far a kernel of power-average pooling may be off."""

from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure
from .pointwise import subnormal
from .power_windows import window_sums
from .profile import Profile


def error(profile: Profile, value: Array, input: Enclosure, **attributes: Any) -> Array:
    """What the sum's error e does to the root, and the root's own error.

    (S ± e)^(1/p) encloses the root. The root, by sqrt or pow, has its accuracy, and 1/p its
    rounding times |ln S|. For p = 1 it is none, or pow(S, 1).
    """
    power = attributes["norm_type"]
    raised = window_sums(input.value**power, attributes)
    largest = window_sums(input.magnitude**power, attributes)
    off = sum_error(profile, input, largest, attributes)
    if power == 1:
        bound = off + profile.ulps(profile.power) * (np.abs(raised) + off)
    else:
        bound = root_error(profile, value, raised, off, power)
    signed = (largest > raised) & (power % 2 != 0) & (power != 1)  # no root where S may be < 0
    uncertain = signed & (raised < off)
    fits = largest + off <= profile.largest  # not if it is NaN, for infinities were subtracted
    return np.where(uncertain | ~fits, np.inf, bound)


def sum_error(profile: Profile, input: Enclosure, largest: Array, attributes: Attributes) -> Array:
    """e: each power (or products), p's rounding, the additions, the scaling, what is flushed."""
    u, tiny, power = profile.u, profile.smallest_normal, attributes["norm_type"]
    x, terms = input.magnitude, int(np.prod(attributes["kernel_size"]))
    logarithm = (
        np.abs(np.log(np.maximum(x, 2 * u * tiny))) if float(np.float32(power)) != power else 1.0
    )
    term = profile.ulps(profile.power) + u * power * np.maximum(1.0, logarithm)
    added = float(profile.summed(terms, terms))
    scaled = added + (2 * u + profile.ulps(profile.divide)) * (1 + added)
    off = window_sums(x**power * term, attributes) * (1 + added) + scaled * largest
    off = off * (1 + 2.0**-20)
    if not input.exact:
        off = off + largest - window_sums(np.abs(input.value) ** power, attributes)
    lost = window_sums(x**power * subnormal(profile, x), attributes)
    lost = lost * (1 + added)
    return (
        off + lost + 3 * tiny * terms * (1 + added) * (window_sums(x, attributes) > 0)
    )  # powers may be 0


def root_error(profile: Profile, value: Array, raised: Array, off: Array, power: float) -> Array:
    """The distance from value = S^(1/p) of the farther of (S ± e)^(1/p), and the root's error."""
    u, tiny = profile.u, profile.smallest_normal
    high = (raised + off) ** (1 / power)
    low = np.where(raised - off <= 0, 0.0, (raised - off) ** (1 / power))
    exponent = (2 * u + profile.ulps(profile.divide)) / power
    root = profile.ulps(max(profile.power, profile.sqrt)) + 2 * u
    root = root + exponent * np.abs(np.log(np.maximum(raised, tiny)))
    own = root * (1 + 2.0**-20) * high
    return np.maximum(high - value, value - low) + own + tiny * (high > 0)


def own_error(profile: Profile, value: Array, input: Enclosure, **attributes: Any) -> Array:
    """As `error`; infinite where nothing is known, so that such elements are computed exactly."""
    found = error(profile, value, input, **attributes)
    return np.where(np.isnan(found), np.inf, found)
