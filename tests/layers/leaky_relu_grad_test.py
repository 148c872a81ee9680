"""leaky_relu_grad is what its definition says; the slope holds at 0 too."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, leaky_relu_grad

ANY = st.one_of(cases("leaky_relu_grad", "integers"), cases("leaky_relu_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_rounding(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["leaky_relu_grad"]))
    assert definitions.close(case.call(leaky_relu_grad), expected, np.abs(expected))


def test_the_slope_holds_at_zero_of_either_sign() -> None:
    x = np.array([0.0, -0.0, 1.0, -1.0], np.float32)
    g = np.full(4, 8, np.float32)
    np.testing.assert_array_equal(leaky_relu_grad(g, x, 0.25), [2, 2, 8, 2])


def test_the_bound_is_two_roundings_where_the_slope_holds() -> None:
    g, x = (np.array(values, np.float32) for values in ([1, 1], [-1, 1]))
    bound = error_bound("leaky_relu_grad", g, x, negative_slope=0.25)
    np.testing.assert_allclose(bound, [0.5 * 2.0**-24, 0], rtol=1e-6)
