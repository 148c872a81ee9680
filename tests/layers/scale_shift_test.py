"""scale_shift is what its definition says: one gain for all, one bias for each unit."""

import re

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shapes, cases, untouchable
from hypothesis import given

from clgold.reference import SpecError, error_bound, find_layer, scale_shift

REFUSALS: dict[str, Shapes] = {
    "scale_shift: scale has shape (), expected (1,)": ((2, 3, 4), (), (1, 3, 4)),
    "scale_shift: scale has shape (3,), expected (1,)": ((2, 3, 4), (3,), (1, 3, 4)),
    "scale_shift: scale has shape (1, 1), expected (1,)": ((2, 3, 4), (1, 1), (1, 3, 4)),
    "scale_shift: shift has shape (3, 4), expected (1, 3, 4), one value per unit": (
        (2, 3, 4),
        (1,),
        (3, 4),
    ),
    "scale_shift: shift has shape (2, 3, 4), expected (1, 3, 4)": ((2, 3, 4), (1,), (2, 3, 4)),
    "scale_shift: shift has shape (1, 3, 1), expected (1, 3, 4)": ((2, 3, 4), (1,), (1, 3, 1)),
    "scale_shift: input has shape (2, 0), expected (N, U, …)": ((2, 0), (1,), (1, 0)),
}


@given(cases("scale_shift", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.scale_shift)
    np.testing.assert_array_equal(case.call(scale_shift), expected, strict=True)


@given(cases("scale_shift", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    magnitude = definitions.scale_shift(*map(np.abs, case.operands))
    assert definitions.close(case.call(scale_shift), case.call(definitions.scale_shift), magnitude)


@given(cases("scale_shift", "integers"))
def test_output_has_the_inputs_shape(case: Case) -> None:
    assert find_layer("scale_shift").out_shape(*case.shapes) == case.shapes[0]


@given(cases("scale_shift", "reals"))
def test_float32_kernels_with_and_without_fma_stay_inside_the_bound(case: Case) -> None:
    exact, bound = case.call(definitions.scale_shift), case.call(error_bound, "scale_shift")
    assert definitions.inside(case.call(honest.scale_shift), exact, bound)


@given(cases("scale_shift", "integers"))
def test_bound_is_zero_where_every_sum_is_exact(case: Case) -> None:
    assert not case.call(error_bound, "scale_shift").any()
    for output in case.call(honest.scale_shift):
        np.testing.assert_array_equal(output, case.call(definitions.scale_shift))


def test_the_networks_bias_is_per_unit_and_its_gain_one_number() -> None:
    layer = find_layer("scale_shift")
    assert layer.out_shape((256, 16, 64, 64), (1,), (1, 16, 64, 64)) == (256, 16, 64, 64)
    x = np.ones((2, 1, 1, 2), np.float32)
    gain, bias = np.array([3], np.float32), np.array([[[[10, 20]]]], np.float32)
    np.testing.assert_array_equal(scale_shift(x, gain, bias), [[[[13, 23]]], [[[13, 23]]]])


def test_special_values_pass() -> None:
    x = np.array([[np.nan, np.inf, 1, 0]], np.float32)
    scale, shift = np.array([-2], np.float32), np.array([[1, 1, np.inf, np.nan]], np.float32)
    np.testing.assert_array_equal(scale_shift(x, scale, shift), [[np.nan, -np.inf, np.inf, np.nan]])


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_shapes_are_refused_before_any_arithmetic(sentence: str) -> None:
    shapes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        scale_shift(*untouchable(*shapes))
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("scale_shift").out_shape(*shapes)
