"""Whether sums of products can round at all: all products as multiples of a power of two.

While the sum of their magnitudes stays below 1/u of that, every partial sum is a number of the
format, whatever the order.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .layer import Array
from .profile import Profile

FEW = 256  # values that show of most data that there is no such power
PIECE = 2**15  # elements at a time, so that the work stays in the processor's cache


@dataclass(frozen=True, eq=False)
class Grid:
    """The operands whose products are summed, and a bias; what they have in common is looked for
    only where it may matter.
    """

    profile: Profile
    input: Array
    weight: Array
    bias: Array | None

    @cached_property
    def coarse(self) -> float:
        """What a few values show: no smaller than the step."""
        few = (one.reshape(-1)[:FEW] for one in (self.input, self.weight))
        return float(np.prod([grid_step(one) for one in few]))

    @cached_property
    def step(self) -> float:
        """The power of two of which all products and the bias are multiples."""
        return common_step(self.profile, self.input, self.weight, self.bias)

    def zeroed(self, bound: Array, magnitude: Array) -> Array:
        """The bound, and 0 where sums of these magnitudes cannot round."""
        u = self.profile.u
        if not float(magnitude.min()) * u < self.coarse or not self.step:
            return bound
        return np.where(magnitude * u < self.step, 0.0, bound)


def exact_below(profile: Profile, input: Array, weight: Array, bias: Array | None) -> float:
    """The magnitude up to which no sum of products can round, whatever the order; 0: none known.

    As `Grid`, before any product is known.
    """
    few = [a.reshape(-1)[:: a.size // FEW + 1] for a in (input, weight)]
    scale = float(np.abs(few[0]).max()) * float(np.abs(few[1]).max())
    if not scale * profile.u < grid_step(few[0]) * grid_step(few[1]):
        return 0.0
    return common_step(profile, input, weight, bias) / profile.u


def common_step(profile: Profile, input: Array, weight: Array, bias: Array | None) -> float:
    """The power of two of which all products and the bias are multiples; 0 if there is none, or
    an operand or a sum may be flushed.
    """
    step = grid_step(input) * grid_step(weight)
    if bias is not None:
        step = min(step, grid_step(bias))
    least = min(lowest(a) for a in (input, weight, bias) if a is not None)
    return step if min(step, least) >= profile.smallest_normal else 0.0


def lowest(values: Array) -> float:
    """The smallest magnitude that is not zero; infinity when all are zero. NaN do not count."""
    flat, least = values.reshape(-1), np.inf
    for start in range(0, flat.size, PIECE):
        sizes = np.abs(flat[start : start + PIECE])
        small = float(sizes.min())
        if not small > 0:
            small = float(np.where(sizes > 0, sizes, np.inf).min())
        least = min(least, small)
    return least


def grid_step(values: Array) -> float:
    """The largest power of two of which all `values` are multiples; infinity if all are 0."""
    nonzero = values[np.isfinite(values) & (values != 0)]
    if not np.all(np.isfinite(values)):
        return 0.0
    if nonzero.size == 0:
        return np.inf
    mantissa, exponent = np.frexp(nonzero)
    whole = (mantissa * 2.0**53).astype(np.int64)
    trailing = (whole & -whole).astype(np.float64)
    return float(np.ldexp(trailing, exponent - 53).min())
