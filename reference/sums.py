"""The error of a sum of products, whatever the order and length and with or without FMA.

|ŷ − y| ≤ K·u(1 + u)·Σ|x||w|: an addition is off by no more than the smaller of its operands, which
keeps the error from growing on itself (Jeannerod, Rump, "Improved error bounds for inner products
in floating-point arithmetic", SIAM J. Matrix Anal. Appl. 34(2), 2013; docs/error-bounds.md). K
counts the products that are not zero, and a bias: adding zero rounds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .grid import Grid, lowest
from .layer import Array, Enclosure
from .profile import Profile

# The bound is itself computed in float64 and compared with a float64 reference, whose errors
# are 2⁻²⁹ of it; this covers both.
SLACK = 1 + 2.0**-20

BLOCK = 512

Contraction = Callable[[Array, Array], Array]


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of products before any is formed: what their bounds depend on beside magnitudes.

    depth    how many terms a kernel adds up, zeros and a bias included
    flushes  whether subnormal operands, products or partial sums may be flushed to zero
    grid     None of operands that are in error themselves
    plain    of terms as they are: a lone one is not rounded; of two, it is once; of more, K − 1
             would do, but for Kahan's method
    """

    profile: Profile
    depth: int
    flushes: bool
    grid: Grid | None
    plain: bool = False

    def bound(
        self, magnitude: Array, count: Array, lost: Array | None, passed_on: Array | None = None
    ) -> Array:
        """The bound of sums with these magnitudes, and so many terms that are not zero.

        lost is what flushing costs, passed_on what comes of errors of the operands.
        """
        terms = count
        if self.plain:
            terms = np.where(count > 1, count - (self.depth < 3), 0)
        relative = self.profile.summed(terms, self.depth)
        bound = relative * magnitude
        if lost is not None:
            bound += lost * (1 + relative)
        if passed_on is not None:
            bound += passed_on
        if self.grid is not None:
            bound = self.grid.zeroed(bound, magnitude)
        largest = self.profile.largest
        if not np.max(magnitude, initial=0.0) * SLACK <= largest:
            bound = np.where(magnitude * SLACK > largest, np.inf, bound)
        bound *= SLACK
        return bound


def product_sum_error(
    profile: Profile,
    contract: Contraction,
    input: Enclosure,
    weight: Enclosure,
    bias: Array | None,
    depth: int,
    plain: bool = False,
) -> Array:
    """The bound for contract(input, weight) + bias, `bias` shaped to be added to it.

    contract is bilinear and without rounding of its own other than float64's; depth is how many
    products a kernel adds up, zeros included; `plain` as in Sums. Zero where the data are such
    that every order of summation is exact.
    """
    x, w = input.magnitude, weight.magnitude
    offset = np.zeros(1) if bias is None else np.abs(bias)
    exact = input.exact and weight.exact
    grid = Grid(profile, input.value, weight.value, bias) if exact else None
    sums = Sums(profile, depth + (bias is not None), flushes(profile, x, w, bias), grid, plain)
    magnitude = contract(x, w) + offset
    count = contract((x != 0) * 1.0, (w != 0) * 1.0) + (offset != 0)
    lost = flushed(profile, contract, x, w, count) if sums.flushes else None
    passed_on = None
    if not exact:
        products = contract(np.abs(input.value), np.abs(weight.value))
        passed_on = (magnitude - offset - products) * SLACK
    return sums.bound(magnitude, count, lost, passed_on)


def sums_of(profile: Profile, input: Array, weight: Array, bias: Array | None, depth: int) -> Sums:
    """The sums of `depth` products of operands without errors, and a bias."""
    least = flushes(profile, input, weight, bias)
    grid = Grid(profile, input, weight, bias)
    return Sums(profile, depth + (bias is not None), least, grid)


def plain_sum_error(
    profile: Profile, add: Callable[[Array], Array], terms: Enclosure, depth: int
) -> Array:
    """The bound for add(terms), a sum without products: nothing is rounded of one term."""
    one = Enclosure(np.ones(1))
    return product_sum_error(profile, lambda x, w: add(x) * w, terms, one, None, depth, plain=True)


def blocked_product(rows: Array, columns: Array) -> Array:
    """rows @ columns, (…, M, K) by (…, K, L), in blocks of BLOCK products.

    Blocks keep the sum's error to `roundings(K)` roundings a term, whatever BLAS does within.
    """
    depth = rows.shape[-1]
    output = np.matmul(rows[..., :BLOCK], columns[..., :BLOCK, :])
    for start in range(BLOCK, depth, BLOCK):
        block = slice(start, start + BLOCK)
        output += np.matmul(rows[..., block], columns[..., block, :])
    return output


def roundings(depth: int) -> int:
    """How often a term of a `blocked_product` of that depth is rounded at most."""
    return min(depth, BLOCK) + -(-depth // BLOCK)


def flushes(profile: Profile, input: Array, weight: Array, bias: Array | None) -> bool:
    """Whether flushing subnormal operands, products and partial sums to zero may cost anything.

    Not when the operands' last places lie so high that no sum can be subnormal.
    """
    tiny, least = profile.smallest_normal, (lowest(input), lowest(weight))
    offset = np.inf if bias is None else lowest(bias)
    high = least[0] * least[1] >= tiny * 2.0**48 and offset >= tiny * 2.0**24
    return not (min(least) >= tiny and high)


def flushed(profile: Profile, contract: Contraction, x: Array, w: Array, count: Array) -> Array:
    """What that may cost, for the magnitudes x and w and so many terms that are not zero."""
    tiny = profile.smallest_normal
    lost_inputs = contract(x * (x < tiny), w) + contract(x, w * (w < tiny))
    return 2 * count * tiny + lost_inputs + tiny
