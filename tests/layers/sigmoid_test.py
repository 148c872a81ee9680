"""sigmoid is what its definition says, and overflows nowhere."""

import definitions
import numpy as np
from definitions import honest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from clgold.reference import error_bound, find_layer, sigmoid, softmax

ANY = st.one_of(cases("sigmoid", "integers"), cases("sigmoid", "reals"))


@given(ANY, st.sampled_from((1, 16, 128)))
def test_output_is_the_definition_to_a_few_roundings(case: Case, factor: int) -> None:
    x = case.operands[0] * np.float32(factor)
    expected = definitions.sigmoid(x)
    assert definitions.close(sigmoid(x), expected, expected)


@given(ANY)
def test_scipy_gives_the_same_values(case: Case) -> None:
    (x,) = case.operands
    np.testing.assert_allclose(sigmoid(x), special.expit(x.astype(np.float64)), rtol=1e-14)


@given(ANY)
def test_it_is_the_softmax_of_x_and_zero(case: Case) -> None:
    (x,) = case.operands
    both = softmax(np.stack([x, np.zeros_like(x)]), 0)
    np.testing.assert_allclose(sigmoid(x), both[0], rtol=1e-14)


@given(ANY)
def test_what_it_leaves_of_one_is_that_of_minus_x(case: Case) -> None:
    (x,) = case.operands
    np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1.0, rtol=1e-15)


@given(cases("sigmoid", "reals"))
def test_output_has_the_inputs_shape(case: Case) -> None:
    assert find_layer("sigmoid").out_shape(*case.shapes) == case.shapes[0]


@given(cases("sigmoid", "reals"), st.sampled_from((1, 8, 30)))
def test_float32_kernels_of_either_form_stay_inside_the_bound(case: Case, factor: int) -> None:
    """Beyond ±104, where eˣ vanishes and e⁻ˣ overflows."""
    x = case.operands[0] * np.float32(factor)
    with np.errstate(under="ignore"):
        outputs = honest.sigmoid(x)
    assert definitions.inside(outputs, definitions.sigmoid(x), error_bound("sigmoid", x))


def test_zero_is_a_half_and_the_rest_is_symmetric() -> None:
    x = np.array([0.0, -0.0, 1000, -1000], np.float32)
    np.testing.assert_array_equal(sigmoid(x), [0.5, 0.5, 1, 0])


def test_special_values_pass() -> None:
    x = np.array([np.nan, np.inf, -np.inf], np.float32)
    np.testing.assert_array_equal(sigmoid(x), [np.nan, 1, 0])


def test_by_way_of_tanh_it_is_right_and_half_of_it_is_not() -> None:
    """½·tanh(x/2) + ½ at −8 is 4·10⁻⁵ off in itself, and less than 3u in all."""
    x = np.array([-8.0, -3.0, 2.5, 5.0], np.float32)
    right = sigmoid(x)
    by_tanh = np.float32(0.5) * np.tanh(x * np.float32(0.5)) + np.float32(0.5)
    bound = error_bound("sigmoid", x)
    assert np.all(np.abs(by_tanh - right) <= bound)
    assert not np.any(np.abs(0.5 * np.tanh(x.astype(float)) + 0.5 - right) <= bound)
    assert np.all(bound <= 20 * 2.0**-24)
