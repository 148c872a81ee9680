"""The error of a sum of products, whatever the order and length and with or without FMA.

|ŷ − y| ≤ K·u(1 + u)·Σ|x||w|: an addition is off by no more than the smaller of its operands, which
keeps the error from growing on itself (Jeannerod, Rump, "Improved error bounds for inner products
in floating-point arithmetic", SIAM J. Matrix Anal. Appl. 34(2), 2013; docs/error-bounds.md). K
counts the products that are not zero, and a bias: adding zero rounds nothing.
"""

from collections.abc import Callable

import numpy as np

from .layer import Array, Enclosure
from .profile import Profile

# The bound is itself computed in float64 and compared with a float64 reference, whose errors
# are 2⁻²⁹ of it; this covers both.
SLACK = 1 + 2.0**-20

BLOCK = 512

Contraction = Callable[[Array, Array], Array]


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
    products a kernel adds up, zeros included. Of a `plain` sum the products are terms as they are:
    a lone one is not rounded; of two, it is once; of more, K − 1 would do, but for Kahan's method.
    Zero where the data are such that every order of summation is exact.
    """
    x, w = input.magnitude, weight.magnitude
    offset = np.zeros(1) if bias is None else np.abs(bias)
    magnitude = contract(x, w) + offset
    count = contract((x != 0) * 1.0, (w != 0) * 1.0) + (offset != 0)
    rounded = np.where(count > 1, count - (depth < 3), 0) if plain else count
    relative = profile.summed(rounded, depth + (bias is not None))
    bound = relative * magnitude
    lost = flushed(profile, contract, x, w, offset, count)
    del count, rounded  # of large results each of these is much memory
    if lost is not None:
        bound = bound + lost * (1 + relative)
    del relative, lost
    if input.exact and weight.exact:
        bound = zero_where_exact(profile, bound, magnitude, input.value, weight.value, bias)
    else:
        products = contract(np.abs(input.value), np.abs(weight.value))
        bound = bound + (magnitude - offset - products) * SLACK
    if not np.max(magnitude, initial=0.0) * SLACK <= profile.largest:
        bound = np.where(magnitude * SLACK > profile.largest, np.inf, bound)
    return bound * SLACK


def plain_sum_error(
    profile: Profile, add: Callable[[Array], Array], terms: Enclosure, depth: int
) -> Array:
    """The bound for add(terms), a sum without products: nothing is rounded of one term."""
    one = Enclosure(np.ones(1))
    return product_sum_error(profile, lambda x, w: add(x) * w, terms, one, None, depth, plain=True)


def zero_where_exact(
    profile: Profile,
    bound: Array,
    magnitude: Array,
    input: Array,
    weight: Array,
    bias: Array | None,
) -> Array:
    """The bound, and 0 where no order of summation can round.

    All products are multiples of a power of two; while the sum of their magnitudes stays below
    1/u of that, every partial sum is a number of the format.
    """
    smallest = float(magnitude.min()) * profile.u
    # A few values show that most data have no such power: the rest need not be looked at.
    if not smallest < grid_step(input.ravel()[:256]) * grid_step(weight.ravel()[:256]):
        return bound
    step = common_step(profile, input, weight, bias)
    return np.where(magnitude * profile.u < step, 0.0, bound) if step else bound


def exact_below(profile: Profile, input: Array, weight: Array, bias: Array | None) -> float:
    """The magnitude up to which no sum of products can round, whatever the order; 0: none known.

    As in `zero_where_exact`, before any product is known.
    """
    few = [a.reshape(-1)[:: a.size // 256 + 1] for a in (input, weight)]
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
    least = min(lowest(np.abs(a)) for a in (input, weight, bias) if a is not None)
    return step if min(step, least) >= profile.smallest_normal else 0.0


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


def flushed(
    profile: Profile, contract: Contraction, x: Array, w: Array, offset: Array, count: Array
) -> Array | None:
    """What flushing subnormal operands, products and partial sums to zero may cost.

    None for nothing: when the operands' last places lie so high that no sum can be subnormal.
    """
    tiny = profile.smallest_normal
    least = lowest(x), lowest(w)
    high = least[0] * least[1] >= tiny * 2.0**48 and lowest(offset) >= tiny * 2.0**24
    if min(least) >= tiny and high:
        return None
    lost_inputs = contract(x * (x < tiny), w) + contract(x, w * (w < tiny))
    return 2 * count * tiny + lost_inputs + tiny


def lowest(magnitudes: Array) -> float:
    """The smallest magnitude that is not zero; infinity when all are zero."""
    return float(np.min(magnitudes, where=magnitudes > 0, initial=np.inf))


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
