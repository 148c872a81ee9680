"""leaky_relu is what its definition says; the slope belongs to the negative side alone."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, leaky_relu

ANY = st.one_of(cases("leaky_relu", "integers"), cases("leaky_relu", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_rounding(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["leaky_relu"]))
    assert definitions.close(case.call(leaky_relu), expected, np.abs(expected))


@given(ANY)
def test_positive_values_are_copied(case: Case) -> None:
    positive = np.abs(case.operands[0]) + np.float32(0.5)
    np.testing.assert_array_equal(leaky_relu(positive, **case.attributes), positive)
    assert not error_bound("leaky_relu", positive, **case.attributes).any()


def test_special_values_pass() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0], np.float32)
    np.testing.assert_array_equal(leaky_relu(x, 0.5), [np.nan, np.inf, -np.inf, 0, 0])


def test_the_bound_is_two_roundings_of_a_negative_value() -> None:
    x = np.array([-1.0, 1.0], np.float32)
    bound = error_bound("leaky_relu", x, negative_slope=0.25)
    np.testing.assert_allclose(bound, [0.5 * 2.0**-24, 0], rtol=1e-6)


def test_the_slope_is_a_hundredth_unless_given() -> None:
    x = np.array([-1.0, 1.0], np.float32)
    np.testing.assert_array_equal(leaky_relu(x), [-0.01, 1])
