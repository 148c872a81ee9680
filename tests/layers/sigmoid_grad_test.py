"""sigmoid_grad is what its definition says; near y = 1 the bound is absolute."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, sigmoid_grad

ANY = st.one_of(cases("sigmoid_grad", "integers"), cases("sigmoid_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["sigmoid_grad"]))
    assert definitions.close(case.call(sigmoid_grad), expected, np.abs(expected))


def test_small_integers_are_exact() -> None:
    g, y = (np.array(values, np.float32) for values in ([3, -5, 8], [2, 8, -7]))
    np.testing.assert_array_equal(sigmoid_grad(g, y), [-6, 280, -448])
    assert not error_bound("sigmoid_grad", g, y).any()


def test_the_bound_is_absolute_where_the_square_cancels() -> None:
    g, y = (np.array([value], np.float32) for value in (1.0, 1 - 2.0**-20))
    bound = error_bound("sigmoid_grad", g, y).item()
    assert 1.9 * 2.0**-24 <= bound <= 3 * 2.0**-24


def test_a_quarter_is_the_most() -> None:
    g = np.ones(3, np.float32)
    np.testing.assert_array_equal(sigmoid_grad(g, np.float32([0, 0.5, 1])), [0, 0.25, 0])
