"""The error of a sum of products, whatever the order and with or without FMA.

|ŷ − y| ≤ γ_K·Σ|x||w|: every product passes through at most K roundings (its own and K − 1
additions, one more with a bias). Higham, "Accuracy and Stability of Numerical Algorithms",
2nd ed., section 3.1. K counts the products that are not zero: adding zero rounds nothing.
"""

from collections.abc import Callable

import numpy as np

from .layer import Array, Enclosure
from .profile import Profile

# The bound is itself computed in float64 and compared with a float64 reference, whose errors
# are 2⁻²⁹ of it; this covers both.
SLACK = 1 + 2.0**-20

Contraction = Callable[[Array, Array], Array]


def product_sum_error(
    profile: Profile,
    contract: Contraction,
    input: Enclosure,
    weight: Enclosure,
    bias: Array | None,
) -> Array:
    """The bound for contract(input, weight) + bias, `bias` shaped to be added to it.

    contract is bilinear and without rounding of its own other than float64's. Zero where the
    data are such that every order of summation is exact.
    """
    x, w = input.magnitude, weight.magnitude
    offset = np.zeros(1) if bias is None else np.abs(bias)
    magnitude = contract(x, w) + offset
    count = contract((x != 0) * 1.0, (w != 0) * 1.0) + (offset != 0)
    bound = profile.gamma(count) * magnitude
    bound = bound + flushed(profile, contract, x, w, offset, count)
    if input.exact and weight.exact:
        step = grid_step(input.value) * grid_step(weight.value)
        if bias is not None:
            step = min(step, grid_step(bias))
        if step >= profile.smallest_normal:
            bound = np.where(magnitude * profile.u < step, 0.0, bound)
    else:
        products = contract(np.abs(input.value), np.abs(weight.value))
        bound = bound + (magnitude - offset - products) * SLACK
    bound = np.where(magnitude * SLACK > profile.largest, np.inf, bound)
    return bound * SLACK


def flushed(
    profile: Profile, contract: Contraction, x: Array, w: Array, offset: Array, count: Array
) -> Array:
    """What flushing subnormal operands, products and partial sums to zero may cost.

    Nothing, when the operands' last places lie so high that no sum of products can be subnormal.
    """
    tiny = profile.smallest_normal
    if lowest(x) * lowest(w) >= tiny * 2.0**48 and lowest(offset) >= tiny * 2.0**24:
        return np.zeros_like(count)
    lost_inputs = contract(x * (x < tiny), w) + contract(x, w * (w < tiny))
    return 2 * count * tiny + lost_inputs + tiny


def lowest(magnitudes: Array) -> float:
    """The smallest magnitude that is not zero; infinity when all are zero."""
    nonzero = magnitudes[magnitudes > 0]
    return float(nonzero.min()) if nonzero.size else np.inf


def grid_step(values: Array) -> float:
    """The largest power of two of which all float32 `values` are multiples; infinity if all are 0.

    Where a sum of products of such numbers, without signs, stays below 2²⁴ of the product of
    their steps, every partial sum is a float32: no order of summation can round.
    """
    nonzero = values[np.isfinite(values) & (values != 0)]
    if not np.all(np.isfinite(values)):
        return 0.0
    if nonzero.size == 0:
        return np.inf
    mantissa, exponent = np.frexp(nonzero)
    whole = (mantissa * 2.0**53).astype(np.int64)
    trailing = (whole & -whole).astype(np.float64)
    return float(np.ldexp(trailing, exponent - 53).min())
