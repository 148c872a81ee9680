"""sigmoid is what its definition says, and overflows nowhere."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, cases, spoiled, untouchable
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from clgold.reference import SpecError, error_bound, find_layer, sigmoid, softmax

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


def test_an_empty_axis_is_refused() -> None:
    sentence = re.escape("sigmoid: input has shape (0,); every axis must be at least 1 long")
    with pytest.raises(SpecError, match=sentence):
        sigmoid(*untouchable((0,)))
    with pytest.raises(SpecError, match=sentence):
        find_layer("sigmoid").out_shape((0,))


@given(spoiled("sigmoid"))
def test_whatever_is_not_a_float32_array_is_refused(
    drawn: tuple[Case, list[Any], str],
) -> None:
    _, operands, sentence = drawn
    with pytest.raises(SpecError, match=re.escape(sentence)):
        sigmoid(*operands)


def test_an_unknown_attribute_is_refused() -> None:
    with pytest.raises(SpecError, match="sigmoid: has no attribute slope"):
        find_layer("sigmoid").out_shape((2, 3), slope=0.2)
