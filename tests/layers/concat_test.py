"""concat lays its operands one after another, however many there are."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from draws import Case, Shapes, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, concat, error_bound, find_layer

REFUSALS: dict[str, tuple[Shapes, Any]] = {
    "concat: inputs[1] has shape (2, 4), expected that of inputs[0], (2, 3), but for axis 0": (
        ((2, 3), (2, 4)),
        0,
    ),
    "concat: inputs[2] has shape (2, 3, 1), expected that of inputs[0], (2, 3), but for axis 1": (
        ((2, 3), (2, 5), (2, 3, 1)),
        -1,
    ),
}
ANY = st.one_of(cases("concat", "integers"), cases("concat", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(concat), case.call(definitions.concat), strict=True)


@given(ANY)
def test_the_lengths_along_the_axis_add_up(case: Case) -> None:
    expected = case.call(definitions.concat).shape
    assert find_layer("concat").out_shape(*case.shapes, **case.attributes) == expected


@given(ANY)
def test_the_parts_are_the_operands(case: Case) -> None:
    dim = case.attributes["dim"]
    ends = np.cumsum([x.shape[dim] for x in case.operands])
    parts = np.split(case.call(concat), ends[:-1], axis=dim)
    for part, operand in zip(parts, case.operands, strict=True):
        np.testing.assert_array_equal(part, operand)


@given(ANY)
def test_bound_is_zero_as_values_are_copied(case: Case) -> None:
    assert not case.call(error_bound, "concat").any()


def test_bound_lets_a_subnormal_be_flushed() -> None:
    x, y = np.array([1e-40], np.float32), np.array([1], np.float32)
    np.testing.assert_array_equal(error_bound("concat", x, y, dim=0), [x[0], 0])


def test_two_towers_channels_join() -> None:
    assert find_layer("concat").out_shape((1, 128, 27, 27), (1, 128, 27, 27), dim=1) == (
        *(1, 256, 27, 27),
    )


def test_special_values_pass() -> None:
    x, y = np.array([np.nan, np.inf], np.float32), np.array([-np.inf, 0], np.float32)
    np.testing.assert_array_equal(concat(x, y, dim=0), [np.nan, np.inf, -np.inf, 0])


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shapes, dim = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        concat(*untouchable(*shapes), dim=dim)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("concat").out_shape(*shapes, dim=dim)


def test_an_operand_may_not_be_left_out() -> None:
    x = np.ones((1, 2), np.float32)
    with pytest.raises(SpecError, match=re.escape("concat: inputs[1] is a NoneType")):
        concat(x, None, dim=0)


def test_a_sequence_is_not_taken_for_its_arrays() -> None:
    x = np.ones((1, 2), np.float32)
    with pytest.raises(SpecError, match=re.escape("concat: inputs[0] is a list, expected")):
        concat([x, x], dim=0)
