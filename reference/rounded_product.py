"""Correctly rounded sums of products: a matrix product in float64, and then the few in doubt.

The product decides almost every element by Ziv's test. The others are summed again, all at once,
in two parts that lose nothing (Rump, Ogita, Oishi, "Accurate Floating-Point Summation Part I",
SIAM J. Sci. Comput. 31(1), 2008); whatever is then still in doubt, as Python's fsum does.
"""

import numpy as np

from .layer import Array
from .profile import BINARY64
from .rounding import round_sum, settle
from .sums import SLACK, blocked_product, roundings

TERMS = 2**20  # of the elements in doubt, at a time
ALIKE = 64.0  # times as large as another


def rounded_product(
    rows: Array,
    columns: Array,
    bias: Array | None,
    lengths: tuple[Array, Array],
    exact_below: float,
) -> Array:
    """The float32 nearest to rows @ columns + bias, ties to even, zeros +0: (…, M, L).

    rows (…, M, K), columns (…, K, L), bias (…, M): float64 that hold float32. lengths are the
    Euclidean norms of the rows (…, M) and the columns (…, L). Sums whose terms' magnitudes add up
    to less than `exact_below` are known not to round.
    """
    value = blocked_product(rows, columns)
    if bias is not None:
        value += bias[..., np.newaxis]
    rounded, unsure = first_test(value, rows.shape[-1], bias, lengths, exact_below)
    step = max(1, TERMS // rows.shape[-1])
    for start in range(0, unsure.size, step):
        piece = unsure[start : start + step]
        *group, m, column = np.unravel_index(piece, value.shape)
        terms = rows[(*group, m)] * np.swapaxes(columns, -1, -2)[(*group, column)]
        if bias is not None:
            terms = np.column_stack([terms, bias[(*group, m)]])
        rounded.reshape(-1)[piece] = rounded_sums(terms)
    rounded += np.float32(0)  # −0 + 0 is +0
    return rounded


def first_test(
    value: Array,
    depth: int,
    bias: Array | None,
    lengths: tuple[Array, Array],
    exact_below: float,
) -> tuple[Array, Array]:
    """Ziv's test of the products, value (…, M, L): their float32, and the places in doubt.

    Σ|x||w| ≤ ‖x‖·‖w‖ (Cauchy, Schwarz). Where these are alike, all elements are tested with the
    largest, a single number, and only those in doubt with their own.
    """
    row, column = lengths
    offset = np.zeros_like(row) if bias is None else np.abs(bias)
    largest = row.max() * column.max() + offset.max()
    if not largest <= ALIKE * (row.min() * column.min() + offset.min()):
        most = row[..., np.newaxis] * column[..., np.newaxis, :] + offset[..., np.newaxis]
        return settle(value, own_error(depth, most, exact_below))
    rounded, unsure = settle(value, own_error(depth, largest, exact_below))
    *group, m, place = np.unravel_index(unsure, value.shape)
    most = row[(*group, m)] * column[(*group, place)] + offset[(*group, m)]
    found, still = settle(value.reshape(-1)[unsure], own_error(depth, most, exact_below))
    rounded.reshape(-1)[unsure] = found
    return rounded, unsure[still]


def own_error(depth: int, most: Array, exact_below: float) -> Array:
    """γ·most: the error of a float64 sum of `depth` products and a bias whose magnitudes add up
    to `most`. One rounding more is counted, for the test's own.
    """
    gamma, terms = float(BINARY64.gamma(roundings(depth) + 1)), SLACK * most
    return np.where(terms < exact_below, 0.0, gamma * terms)


def rounded_sums(terms: Array) -> Array:
    """The float32 nearest to the sum of each row of finite (U, K) float64."""
    rounded, unsure = settle(*accurate_sums(terms))
    for k in unsure.tolist():
        rounded[k] = round_sum(terms[k].tolist())
    return rounded


def accurate_sums(terms: Array) -> tuple[Array, Array]:
    """The sums of (U, K) along K, and how far each is off: nothing, or its last rounding and
    some K²·2⁻¹⁰⁶ of the largest term.

    Every term is cut at one power of two, so high that the upper parts' partial sums, in any
    order, are numbers of the format. The lower parts are small.
    """
    count = terms.shape[1]
    _, exponent = np.frexp(np.abs(terms).max(axis=1))
    cut = np.ldexp(1.0, exponent + (count + 2).bit_length())[:, np.newaxis]
    high = (terms + cut) - cut
    low = terms - high
    upper, lower = high.sum(axis=1), low.sum(axis=1)
    value = upper + lower
    back = value - upper
    lost = np.abs((upper - (value - back)) + (lower - back))  # Knuth's exact error of the sum
    lost += BINARY64.gamma(count) * np.abs(low).sum(axis=1)
    # Doubled, and a rounding of the value more, for the roundings here and in the test.
    return value, np.where(lost > 0, 2 * (lost + BINARY64.u * np.abs(value)), 0.0)
