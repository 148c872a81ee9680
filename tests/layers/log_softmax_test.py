"""log_softmax is what its definition says, where softmax itself vanishes too."""

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from clgold.reference import error_bound, find_layer, log_softmax, softmax

ANY = st.one_of(cases("log_softmax", "integers"), cases("log_softmax", "reals"))


@given(ANY, st.sampled_from((1, 16, 128)))
def test_output_is_the_definition_to_a_few_roundings(case: Case, factor: int) -> None:
    """Near 0 the last term, of size 1, is what rounds."""
    logits = case.operands[0] * np.float32(factor)
    expected = definitions.log_softmax(logits, **case.attributes)
    assert definitions.close(log_softmax(logits, **case.attributes), expected, 1 + np.abs(expected))


@given(ANY)
def test_scipy_gives_the_same_values(case: Case) -> None:
    (x,) = case.operands
    expected = special.log_softmax(x.astype(np.float64), axis=case.attributes["dim"])
    np.testing.assert_allclose(case.call(log_softmax), expected, rtol=1e-13, atol=1e-13)


@given(ANY)
def test_it_is_the_logarithm_of_softmax(case: Case) -> None:
    y = case.call(log_softmax)
    assert np.all(y <= 0)
    np.testing.assert_allclose(np.exp(y), case.call(softmax), rtol=1e-13)


@given(ANY)
def test_output_has_the_inputs_shape(case: Case) -> None:
    assert find_layer("log_softmax").out_shape(*case.shapes, **case.attributes) == case.shapes[0]


@given(cases("log_softmax", "reals"), st.sampled_from((1, 16, 128)))
def test_float32_kernels_in_every_order_stay_inside_the_bound(case: Case, factor: int) -> None:
    logits = case.operands[0] * np.float32(factor)
    exact = definitions.log_softmax(logits, **case.attributes)
    bound = error_bound("log_softmax", logits, **case.attributes)
    with np.errstate(under="ignore"):
        outputs = honest.log_softmax(logits, **case.attributes)
    assert definitions.inside(outputs, exact, bound)


@pytest.mark.parametrize("offset", [-1e4, 0.0, 1e4])
def test_an_offset_of_all_logits_changes_nothing(offset: float) -> None:
    x = np.array([[-3, 0, 1, 4]], np.float32)
    np.testing.assert_array_equal(log_softmax(x + np.float32(offset), 1), log_softmax(x, 1))


def test_a_probability_that_vanishes_keeps_its_logarithm() -> None:
    x = np.array([1e4, -1e4, 1e4], np.float32)
    np.testing.assert_allclose(
        log_softmax(x, 0), [-np.log(2), -2e4 - np.log(2), -np.log(2)], rtol=1e-15
    )
    assert np.all(np.isfinite(error_bound("log_softmax", x, dim=0)))


def test_one_value_alone_is_certain() -> None:
    np.testing.assert_array_equal(log_softmax(np.array([[3], [-7]], np.float32), 1), [[0], [0]])


def test_minus_infinity_stays_minus_infinity() -> None:
    x = np.array([-np.inf, 1, 1], np.float32)
    expected = [-np.inf, -np.log(2), -np.log(2)]
    np.testing.assert_allclose(log_softmax(x, 0), expected, rtol=1e-15)


def test_a_nan_spoils_its_own_row_only() -> None:
    x = np.array([[np.nan, 1], [2, -np.inf]], np.float32)
    np.testing.assert_array_equal(log_softmax(x, 1), [[np.nan, np.nan], [0, -np.inf]])
