"""reshape keeps every value and its place in C order."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from draws import Case, Shape, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, error_bound, find_layer, reshape

REFUSALS: dict[str, tuple[Shape, Any]] = {
    "reshape: shape (2, 4) holds 8 values, input has 6 in (2, 3)": ((2, 3), (2, 4)),
    "reshape: shape () holds 1 values, input has 6 in (2, 3)": ((2, 3), ()),
}
ANY = st.one_of(cases("reshape", "integers"), cases("reshape", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(reshape), case.call(definitions.reshape), strict=True)


@given(ANY)
def test_output_has_the_shape_asked_for(case: Case) -> None:
    shape = case.attributes["shape"]
    assert find_layer("reshape").out_shape(*case.shapes, **case.attributes) == tuple(shape)


def test_the_last_axis_runs_fastest() -> None:
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    assert reshape(x, (4, 6))[2, 1] == x[1, 0, 1]


def test_a_single_value_may_have_no_axis() -> None:
    x = np.full((1, 1), 7, np.float32)
    assert reshape(x, ()).shape == ()
    assert reshape(reshape(x, ()).astype(np.float32), (1,)) == [7]


def test_special_values_pass() -> None:
    x = np.array([[np.nan, np.inf, -np.inf]], np.float32)
    np.testing.assert_array_equal(reshape(x, (3,)), [np.nan, np.inf, -np.inf])


@given(ANY)
def test_bound_is_zero_as_values_are_copied(case: Case) -> None:
    assert not case.call(error_bound, "reshape").any()


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    input, shape = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        reshape(*untouchable(input), shape=shape)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("reshape").out_shape(input, shape=shape)
