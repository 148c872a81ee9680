"""softmax is what its definition says, for logits of any size."""

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from clgold.reference import SpecError, error_bound, find_layer, softmax

ANY = st.one_of(cases("softmax", "integers"), cases("softmax", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.softmax)
    assert definitions.close(case.call(softmax), expected, expected)


@given(ANY)
def test_scipy_gives_the_same_values(case: Case) -> None:
    (x,) = case.operands
    expected = special.softmax(x.astype(np.float64), axis=case.attributes["dim"])
    np.testing.assert_allclose(case.call(softmax), expected, rtol=1e-13)


@given(ANY)
def test_probabilities_sum_to_one(case: Case) -> None:
    y = case.call(softmax)
    assert np.all((y >= 0) & (y <= 1))
    np.testing.assert_allclose(y.sum(axis=case.attributes["dim"]), 1.0, rtol=1e-14)


@given(ANY)
def test_output_has_the_inputs_shape(case: Case) -> None:
    assert find_layer("softmax").out_shape(*case.shapes, **case.attributes) == case.shapes[0]


@given(cases("softmax", "reals"), st.sampled_from((1, 16, 128)))
def test_float32_kernels_in_every_order_stay_inside_the_bound(case: Case, factor: int) -> None:
    (x,) = case.operands
    logits = x * np.float32(factor)
    exact = definitions.softmax(logits, **case.attributes)
    bound = error_bound("softmax", logits, **case.attributes)
    with np.errstate(under="ignore"):
        outputs = honest.softmax(logits, **case.attributes)
    assert definitions.inside(outputs, exact, bound)


@pytest.mark.parametrize("offset", [-1e4, 0.0, 1e4])
def test_an_offset_of_all_logits_changes_nothing(offset: float) -> None:
    x = np.array([[-3, 0, 1, 4]], np.float32)
    np.testing.assert_array_equal(softmax(x + np.float32(offset), 1), softmax(x, 1))


def test_logits_of_ten_thousand_neither_overflow_nor_vanish() -> None:
    x = np.array([1e4, -1e4, 1e4], np.float32)
    np.testing.assert_array_equal(softmax(x, 0), [0.5, 0.0, 0.5])
    assert np.all(np.isfinite(error_bound("softmax", x, dim=0)))


def test_equal_logits_share_equally() -> None:
    np.testing.assert_array_equal(
        softmax(np.full((2, 4), 7, np.float32), -1), np.full((2, 4), 0.25)
    )


def test_minus_infinity_has_probability_zero() -> None:
    x = np.array([-np.inf, 1, 1], np.float32)
    np.testing.assert_array_equal(softmax(x, 0), [0, 0.5, 0.5])


def test_a_nan_spoils_its_own_row_only() -> None:
    x = np.array([[np.nan, 1], [2, 2]], np.float32)
    np.testing.assert_array_equal(softmax(x, 1), [[np.nan, np.nan], [0.5, 0.5]])


def test_a_single_number_has_no_axis() -> None:
    with pytest.raises(SpecError, match="softmax: dim is 0"):
        softmax(np.array(1.0, np.float32), 0)
