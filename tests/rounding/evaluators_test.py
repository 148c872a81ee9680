"""An exact value, however it is given, rounds to the nearest float32; Ziv's test knows when."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounding.nearest import FLOAT32, LARGEST, is_nearest, near_ties, neighbours, place

from clgold.reference.rounding import nearest_float32, round_fraction, round_sum, undecided


@given(st.one_of(near_ties(), st.fractions(), FLOAT32.map(Fraction)))
def test_a_fraction_rounds_to_its_nearest_neighbour(value: Fraction) -> None:
    assert is_nearest(round_fraction(value), value)
    assert is_nearest(nearest_float32(value), value)


@given(near_ties(), st.lists(FLOAT32, max_size=5))
def test_a_sum_rounds_to_the_nearest_neighbour_of_the_exact_one(
    value: Fraction, others: list[float]
) -> None:
    """Two float64, the second the first's rounding error, and numbers that cancel."""
    high = float(value)
    terms = [high, float(value - Fraction(high)), *others, *(-x for x in others)]
    assert is_nearest(round_sum(terms), sum(map(Fraction, terms), Fraction(0)))


@given(st.lists(st.tuples(FLOAT32, FLOAT32), min_size=1, max_size=6))
def test_a_sum_of_products_rounds_to_its_nearest_neighbour(
    pairs: list[tuple[float, float]],
) -> None:
    terms = [x * w for x, w in pairs]
    assert is_nearest(nearest_float32(terms), sum(map(Fraction, terms), Fraction(0)))


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6))
def test_an_enclosed_number_rounds_to_its_nearest_neighbour(value: Fraction) -> None:
    """The square root of a square is known; that of another number is compared by squares."""
    root = nearest_float32(lambda c: c.sqrt(c.mpf(value.numerator) / c.mpf(value.denominator)))
    low, high = neighbours(root)
    assert ((place(low) + place(root)) / 2) ** 2 <= value <= ((place(root) + place(high)) / 2) ** 2


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (1.0, 2.0**-26, False),
        (1.0, 2.0**-25, False),  # the lower end is half-way to 1 − 2⁻²⁴, and goes to the even 1
        (1.0, 2.0**-24, True),
        (1.0 + 2.0**-24, 2.0**-60, False),  # the ends are this number again
        (1.0 + 2.0**-24, 2.0**-52, True),
        (0.0, 0.0, False),
        (0.0, 1e-60, False),  # −0 or +0, which becomes +0
        (LARGEST, 2.0**102, False),
        (2.0**128 - 2.0**103, 2.0**80, True),  # the largest, or infinity
        (np.inf, 1.0, False),
        (np.nan, 1.0, False),
        (1.0, np.inf, True),
        (1.0, np.nan, True),  # an unknown error decides nothing
    ],
)
def test_undecided_are_numbers_whose_ends_round_apart(
    value: float, error: float, expected: bool
) -> None:
    with np.errstate(all="ignore"):
        assert undecided(np.array([value]), np.array([error])).tolist() == [expected]
