"""relu is what its definition says."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, find_layer, relu


@given(st.one_of(cases("relu", "integers"), cases("relu", "reals")))
def test_output_is_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(relu), case.call(definitions.relu), strict=True)


@given(cases("relu", "integers"))
def test_output_has_the_inputs_shape(case: Case) -> None:
    assert find_layer("relu").out_shape(*case.shapes) == case.shapes[0]


def test_a_single_number_keeps_its_shape() -> None:
    y = relu(np.array(-2.0, np.float32))
    assert y.shape == ()
    assert y == 0


def test_special_values_pass() -> None:
    x = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-40, -1e-40], np.float32)
    np.testing.assert_array_equal(relu(x), [np.nan, np.inf, 0, 0, x[4], 0])


@given(cases("relu", "reals"))
def test_bound_is_zero_as_a_value_is_copied(case: Case) -> None:
    assert not case.call(error_bound, "relu").any()


def test_bound_lets_a_subnormal_be_flushed() -> None:
    x = np.array([1e-40, -1e-40], np.float32)
    np.testing.assert_array_equal(error_bound("relu", x), [x[0], 0])
