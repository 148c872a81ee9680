"""softmax, log_softmax and argmax by other formulas."""

from collections.abc import Callable
from types import CodeType

import numpy as np

from clgold.reference import Enclosure, SpecError
from clgold.reference.layer import Array

from .cause import Link, Recompute
from .formulas import Names, formula, lines, value
from .wrongly import ROUNDINGS


def row_names(x: Array) -> Names:
    """x with the row's axis first and n long; z = x - max, p = exp(z), s their sum, t its log.

    share(p) divides by the sum, soft(x) is the right formula.
    """
    z = x - x.max(axis=0)
    p = np.exp(z)
    s = p.sum(axis=0)

    def soft(other: Array) -> Array:
        powers = np.exp(other - other.max(axis=0))
        return powers / powers.sum(axis=0)

    known = {"x": x, "n": len(x), "z": z, "p": p, "s": s, "t": np.log(s)}
    known |= {"soft": soft, "share": lambda powers: powers / powers.sum(axis=0)}
    return known | {"whole": whole}


def whole(x: Array, block: int) -> Array:
    """The row without what lies beyond whole blocks; SpecError where nothing is left."""
    if len(x) < block:
        raise SpecError(f"a row of {len(x)} has no block of {block}")
    return x[: len(x) // block * block]


def over_rows(logarithmic: bool) -> Callable[[CodeType], Recompute]:
    """Expressions over rows.

    The bound: each exponent is off by a rounding of its argument, a sum of n by n more; relative
    to the result, or absolute where it is a logarithm.
    """

    def computing(code: CodeType) -> Recompute:
        def recompute(link: Link) -> Enclosure:
            first, dim = link.operands[0], link.attributes["dim"]
            assert first is not None
            x = first.value
            found = np.moveaxis(value(code, row_names(np.moveaxis(x, dim, 0))), 0, dim)
            if link.rough:
                return Enclosure(found)
            spread = np.abs(x).max(axis=dim, keepdims=True) + np.abs(x)
            radius = 4 * first.radius.max(axis=dim, keepdims=True)
            relative = (2 * spread + x.shape[dim] + ROUNDINGS) * link.profile.u
            size = np.abs(found)
            if logarithmic:
                return Enclosure(found, relative * (1 + size) + radius)
            tiny = 4 * link.profile.smallest_normal
            return Enclosure(found, size * (relative + np.expm1(radius)) + tiny)

        return recompute

    return computing


def row(x: Array, dim: int) -> Names:
    return {"x": x}


UNCHANGED = """
apply the layer
unchanged | 1*x | the input itself
"""
SOFTMAX = (
    *lines(
        "softmax",
        """
add every power
nothing summed | p/(0*s) | sums of no powers
keep float32
powers in # | share(keep("#", p)) | powers rounded to #
sum in # | p/keep("#", s) | a sum rounded to #
start the sum at 0
sum starts at 1 | p/(1 + s) | a sum that starts at 1
sum over the whole row
last not summed | p/p[:-1].sum(0) | a sum without the last column
every second summed | p/p[::2].sum(0) | a sum of every second column
first not summed | p/p[1:].sum(0) | a sum without the first column
subtract the row's maximum from x before exp
no maximum subtracted | single(exp(x))/single(single(exp(x)).sum(0)) | powers that overflow: \
no maximum subtracted
start the maximum at -INFINITY, not at 0
maximum starts at 0 | share(single(exp(x - maximum(x.max(0), 0))))
exp(x - max) / sum of exp(x - max)
not divided | p | powers that are not divided by their sum
powers alone | exp(x) | exp(x) without maximum and sum
powers of 2 | share(2.0**z) | powers of 2 in place of e
powers of 10 | share(10.0**z) | powers of 10 in place of e
smallest first | soft(-x) | powers of -x
temperature 2 | share(exp(z/2)) | x divided by 2
temperature 1/2 | share(exp(2*z)) | x multiplied by 2
divided by the root of n | soft(x/sqrt(n)) | x divided by the root of the row's length
sigmoid | sigmoid(x) | the sigmoid of every element
sum over the whole row
whole array | exp(x - x.max())/exp(x - x.max()).sum() | a sum over the whole array
exp(x - max) / sum of exp(x - max)
share of x | share(x) | x divided by the sum of x
softmax twice | soft(soft(x)) | softmax applied twice
sum over the whole row
rests beyond blocks of 4 not summed | p/whole(p, 4).sum(0) | a sum over whole blocks of 4
rests beyond blocks of 8 not summed | p/whole(p, 8).sum(0) | a sum over whole blocks of 8
rests beyond blocks of 16 not summed | p/whole(p, 16).sum(0) | a sum over whole blocks of 16
exp(x - max) / sum of exp(x - max)
divided by the largest | x/x.max(0) | x divided by the row's maximum
divided by n | p/n | powers divided by their number
""",
        over_rows(logarithmic=False),
    ),
    *lines(
        "softmax",
        """
exp(x - max) / sum of exp(x - max)
log_softmax | z - t | the logarithm of softmax
maximum summed for powers | z | shifted values that are not raised
""",
        over_rows(logarithmic=True),
    ),
    *lines("softmax", UNCHANGED, formula(row)),
)
LOG_SOFTMAX = (
    *lines(
        "log_softmax",
        """
x - max - log(sum of exp(x - max))
softmax | p/s | softmax without its logarithm
""",
        over_rows(logarithmic=False),
    ),
    *lines(
        "log_softmax",
        """
keep float32
logarithm in # | z - keep("#", t) | a logarithm rounded to #
x - max - log(sum of exp(x - max))
log1p | z - log(1 + s) | a sum that starts at 1, or log1p for log
decimal logarithm | (z - t)/log(10) | log10 in place of log
binary logarithm | (z - t)/log(2) | log2 in place of log
binary logarithm of the sum | z - t/log(2) | log2 of the sum
decimal logarithm of the sum | z - t/log(10) | log10 of the sum
sum left out | z | x - max alone
maximum left out | x - t | x - log of the shifted sum, without the maximum
sum over the whole row
last not summed | z - log(p[:-1].sum(0)) | a sum without the last column
first not summed | z - log(p[1:].sum(0)) | a sum without the first column
x - max - log(sum of exp(x - max))
sign | t - z | the negative logarithm
logarithm of softmax | log(single(p/s)) | the logarithm of softmax, whose small values are 0
subtract the row's maximum from x before exp
no maximum subtracted | x - log(single(single(exp(x)).sum(0))) | powers that overflow: \
no maximum subtracted
x - max - log(sum of exp(x - max))
sum for its logarithm | z - s | the sum in place of its logarithm
sum over the whole row
whole array | x - x.max() - log(exp(x - x.max()).sum()) | a sum over the whole array
""",
        over_rows(logarithmic=True),
    ),
    *lines("log_softmax", UNCHANGED, formula(row)),
)


def first_lane(x: Array, lanes: int = 0) -> Array:
    """Of equal maxima that which a tree of so many lanes, halved at each step, keeps.

    Each lane holds the first of every so many values. The last step compares the lowest bit of
    two lanes, so that the lane is kept whose bits, read backwards, are the smallest.
    """
    width = max(1, ((lanes or len(x)) - 1).bit_length())
    index = np.arange(len(x))
    lane = index % (lanes or 1 << width)
    backwards = sum((lane >> bit & 1) << (width - 1 - bit) for bit in range(width))
    rank = (backwards * len(x) + index).reshape(-1, *(1,) * (x.ndim - 1))
    highest = np.where(np.isnan(x).any(0), np.isnan(x), x == x.max(0))
    return np.where(highest, rank, rank.max() + 1).argmin(0)


def picked(code: CodeType) -> Recompute:
    """Another index of each row: x has its axis first, and is n long."""

    def recompute(link: Link) -> Enclosure:
        first = link.operands[0]
        assert first is not None
        x = np.moveaxis(first.value, link.attributes["dim"], 0)
        found = value(code, {"x": x, "n": len(x), "whole": whole, "first_lane": first_lane})
        return Enclosure(np.broadcast_to(found, link.shape).astype(np.int64))

    return recompute


ARGMAX = lines(
    "argmax",
    """
store the index of the larger value
always 0 | 0 | index 0 everywhere
keep the first of equal values: compare with >
last of equal maxima | n - 1 - x[::-1].argmax(0) | the last of equal maxima
a tree's of equal maxima | first_lane(x) | that of equal maxima which a tree of halves keeps
a tree's of equal maxima in 4 lanes | first_lane(x, 4) | that which a tree of 4 lanes keeps
a tree's of equal maxima in 8 lanes | first_lane(x, 8) | that which a tree of 8 lanes keeps
a tree's of equal maxima in 16 lanes | first_lane(x, 16) | that which a tree of 16 lanes keeps
a tree's of equal maxima in 32 lanes | first_lane(x, 32) | that which a tree of 32 lanes keeps
a tree's of equal maxima in 64 lanes | first_lane(x, 64) | that which a tree of 64 lanes keeps
keep the larger value
argmin | x.argmin(0) | the smallest value's index
give the index along dim, from 0
counted from 1 | x.argmax(0) + 1 | indices counted from 1
counted from -1 | x.argmax(0) - 1 | indices one too small
run over the whole row
last left out | x[:-1].argmax(0) if n > 1 else 0 | the largest of all but the last
first left out | x[1:].argmax(0) + 1 if n > 1 else 0 | the largest of all but the first
start at the first value, not at 0
maximum starts at 0 | where(x.max(0) > 0, x.argmax(0), 0) | a maximum that starts at 0: index 0 \
where none is positive
start at the first value
maximum starts at FLT_MIN | where(x.max(0) > 2.0**-126, x.argmax(0), 0) | a maximum that starts at \
FLT_MIN
compare x, not |x|
largest magnitude | abs(x).argmax(0) | the largest |x|'s index
give the index along dim, from 0
index from the end | n - 1 - x.argmax(0) | indices counted from the end
keep the larger value
second largest | argsort(-x, 0, "stable")[min(1, n - 1)] | the second largest value's index
keep the first of equal values: compare with >
last of equal minima | n - 1 - x[::-1].argmin(0) | the last of equal minima
store the index of the larger value
always the last | n - 1 | the last index everywhere
run over the whole row
rest beyond blocks of 4 left out | whole(x, 4).argmax(0) | the largest of whole blocks of 4
rest beyond blocks of 8 left out | whole(x, 8).argmax(0) | the largest of whole blocks of 8
rest beyond blocks of 16 left out | whole(x, 16).argmax(0) | the largest of blocks of 16
store the index in an int
index in 8 bits | x.argmax(0) % 256 | indices kept in 8 bits
index in 7 bits and a sign | (x.argmax(0) + 128) % 256 - 128 | indices kept in a signed char
give the index along dim, from 0
index in memory | ravel_multi_index((x.argmax(0), *indices(x.shape[1:])), x.shape) | the index in \
the whole array
the value itself | nan_to_num(x.max(0)) | the largest value in place of its index
""",
    picked,
)
