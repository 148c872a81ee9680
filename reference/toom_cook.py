"""The matrices of Winograd's minimal filtering F(m, r): m outputs of an r-tap filter.

y = Aᵀ[(G g) ∘ (Bᵀ d)] for a filter g of r taps and n = m + r − 1 data d, after Toom and Cook: the
product of two polynomials from its values at n points, transposed. Winograd, "Arithmetic Complexity
of Computations", SIAM 1980; Lavin, Gray, arXiv:1509.09308; Barabasz et al., arXiv:1803.10986.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Row = tuple[Fraction, ...]
Rows = tuple[Row, ...]
Point = Fraction | None  # None: infinity, where a polynomial's value is its first coefficient
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Matrices:
    """Aᵀ (m, n), G (n, r) and Bᵀ (n, n); `divisor` is the most that a row of G is divided by."""

    output: Rows
    filter: Rows
    data: Rows
    divisor: Fraction = ONE

    @property
    def rounds(self) -> int:
        """How often a term is rounded at most on its way through the three."""
        direct = (max(roundings(row) for row in rows) for rows in (self.output, self.data))
        return sum(direct) + max(roundings(row, nested=True) for row in self.filter)

    @property
    def step(self) -> Fraction:
        """The power of two of which all products of their entries are multiples; 0: none is."""
        return step(self.output) * step(self.filter) * step(self.data)


@lru_cache
def matrices(outputs: int, taps: int, points: tuple[Point, ...]) -> Matrices:
    """The matrices for outputs + taps − 1 points; a single one of either needs no points.

    Bᵀ holds the coefficients of Π(x − p) over all points but a row's own, A and G the powers of the
    points; G is divided by what the row of Bᵀ gives at its own point.
    """
    if outputs == 1 or taps == 1:
        size = max(outputs, taps)
        unit = tuple(tuple(Fraction(i == j) for j in range(size)) for i in range(size))
        row, column = (ONE,) * size, ((ONE,),) * size
        return Matrices((row,), unit, unit) if outputs == 1 else Matrices(unit, column, unit)
    finite = [point for point in points if point is not None]
    data, filters, divisors = [], [], []
    for point in points:
        others = [other for other in finite if other != point]
        coefficients = polynomial(others)
        divisor = ONE if point is None else value_at(coefficients, point)
        data.append((*coefficients, *(ZERO,) * (len(points) - len(coefficients))))
        filters.append(tuple(power / divisor for power in powers(point, taps)))
        divisors.append(abs(divisor))
    output = zip(*(powers(point, outputs) for point in points), strict=True)
    return Matrices(tuple(output), tuple(filters), tuple(data), max(divisors))


def powers(point: Point, count: int) -> Row:
    """1, p, p², …; at infinity nothing but the last."""
    if point is None:
        return tuple(Fraction(k == count - 1) for k in range(count))
    return tuple(point**k for k in range(count))


def polynomial(roots: Sequence[Fraction]) -> Row:
    """The coefficients of Π(x − root), the constant one first."""
    found: Row = (ONE,)
    for root in roots:
        pairs = zip((ZERO, *found), (*found, ZERO), strict=True)
        found = tuple(higher - root * same for higher, same in pairs)
    return found


def value_at(coefficients: Row, point: Fraction) -> Fraction:
    return sum((c * point**k for k, c in enumerate(coefficients)), ZERO)


def roundings(row: Row, nested: bool = False) -> int:
    """How often a term of a sum with these factors is rounded at most, in any order.

    By each addition; by a product with what is no power of two; and where that is no float by the
    factor's own rounding, and one more where it is formed from another factor. Nested: by Horner's
    rule there may be as many products as additions.
    """
    odd = [odd_part(factor) for factor in row if factor]
    additions = len(odd) - 1
    if all(part == 1 for part in odd):
        return additions
    products = 1 + (additions if nested and len(set(odd)) > 1 else 0)
    return additions + products + (0 if all(map(is_float, row)) else 2)


def odd_part(factor: Fraction) -> Fraction:
    """The factor's magnitude without its powers of two."""
    return abs(factor) / (lowest_bit(factor.numerator) / Fraction(lowest_bit(factor.denominator)))


def lowest_bit(number: int) -> int:
    return number & -number


def is_float(factor: Fraction) -> bool:
    """Whether float32 holds it, but for its range."""
    part = odd_part(factor) if factor else ZERO
    return part.denominator == 1 and part < 2**24


def step(rows: Iterable[Row]) -> Fraction:
    """The largest power of two of which all entries are multiples; 0: there is none."""
    entries = [entry for row in rows for entry in row if entry]
    if any(odd_part(entry).denominator > 1 for entry in entries):
        return ZERO
    return min(lowest_bit(e.numerator) / Fraction(e.denominator) for e in entries)
