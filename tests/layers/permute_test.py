"""permute brings the axes into another order and leaves every value as it is."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from draws import Case, Shape, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.device.permute import exchanges
from clgold.reference import SpecError, error_bound, find_layer, permute

REFUSALS: dict[str, tuple[Shape, Any]] = {
    "permute: dims is (0, 0), expected every axis once": ((2, 3), (0, 0)),
    "permute: dims is (0, -2), expected every axis once": ((2, 3), (0, -2)),
    "permute: dims (2, 0, 1) order 3 axes, input has 2": ((2, 3), (2, 0, 1)),
    "permute: dims is 1, expected the axes in their new order": ((2, 3), 1),
}
ANY = st.one_of(cases("permute", "integers"), cases("permute", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(permute), case.call(definitions.permute), strict=True)


@given(ANY)
def test_output_has_the_lengths_in_the_new_order(case: Case) -> None:
    expected = case.call(definitions.permute).shape
    assert find_layer("permute").out_shape(*case.shapes, **case.attributes) == expected


def test_a_matrix_is_transposed() -> None:
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(permute(x, (1, 0)), [[0, 3], [1, 4], [2, 5]])
    np.testing.assert_array_equal(permute(x, (-1, 0)), [[0, 3], [1, 4], [2, 5]])


def test_an_image_becomes_channels_last() -> None:
    x = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    assert permute(x, (0, 2, 3, 1))[0, 2, 3, 1] == x[0, 1, 2, 3]


def test_special_values_pass() -> None:
    x = np.array([[np.nan, np.inf, -np.inf]], np.float32)
    np.testing.assert_array_equal(permute(x, (1, 0)), [[np.nan], [np.inf], [-np.inf]])


@given(ANY)
def test_bound_is_zero_as_values_are_copied(case: Case) -> None:
    assert not case.call(error_bound, "permute").any()


@given(ANY)
def test_exchanges_of_neighbours_make_the_order(case: Case) -> None:
    (x,), dims = case.operands, case.attributes["dims"]
    assert x is not None
    values = x.ravel()
    for groups in exchanges(x.shape, dims):
        values = values.reshape(groups).swapaxes(1, 2).ravel()
    np.testing.assert_array_equal(values, case.call(permute).ravel())


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shape, dims = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        permute(*untouchable(shape), dims=dims)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("permute").out_shape(shape, dims=dims)
