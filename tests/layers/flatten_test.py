"""flatten keeps the batch and lays out the rest: channel, row, column."""

import re

import definitions
import numpy as np
import pytest
from draws import Case, Shape, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, error_bound, find_layer, flatten

REFUSALS: dict[str, Shape] = {
    "flatten: input has shape (2, 0, 3), expected (N, …)": (2, 0, 3),
}
ANY = st.one_of(cases("flatten", "integers"), cases("flatten", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(flatten), case.call(definitions.flatten), strict=True)


@given(ANY)
def test_output_has_a_row_per_image(case: Case) -> None:
    expected = case.call(definitions.flatten).shape
    assert find_layer("flatten").out_shape(*case.shapes) == expected


def test_columns_run_fastest_and_channels_slowest() -> None:
    n, c, h, w = 2, 3, 4, 5
    x = np.arange(n * c * h * w, dtype=np.float32).reshape(n, c, h, w)
    assert flatten(x)[1, (2 * h + 3) * w + 1] == x[1, 2, 3, 1]


def test_special_values_pass() -> None:
    x = np.array([[[np.nan], [np.inf], [-np.inf]]], np.float32)
    np.testing.assert_array_equal(flatten(x), [[np.nan, np.inf, -np.inf]])


@given(ANY)
def test_bound_is_zero_as_values_are_copied(case: Case) -> None:
    assert not case.call(error_bound, "flatten").any()


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_shapes_are_refused_before_any_arithmetic(sentence: str) -> None:
    with pytest.raises(SpecError, match=re.escape(sentence)):
        flatten(*untouchable(REFUSALS[sentence]))
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("flatten").out_shape(REFUSALS[sentence])
