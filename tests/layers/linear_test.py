"""linear is what its definition says, and refuses what does not fit together."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shapes, cases, untouchable
from hypothesis import given

from clgold.reference import SpecError, conv2d, error_bound, find_layer, linear

REFUSALS: dict[str, Shapes] = {
    "linear: weight has 5 input features, input has 7 (weight is (out, in), here (7, 5))": (
        (2, 7),
        (7, 5),
    ),
    "linear: bias has shape (3, 1), expected (3,)": ((2, 7), (3, 7), (3, 1)),
}


@given(cases("linear", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(linear), case.call(definitions.linear), strict=True)


@given(cases("linear", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    sizes: list[Any] = [None if operand is None else np.abs(operand) for operand in case.operands]
    magnitude = definitions.linear(*sizes)
    assert definitions.close(case.call(linear), case.call(definitions.linear), magnitude)


@given(cases("linear", "integers"))
def test_output_has_one_element_per_image_and_feature(case: Case) -> None:
    expected = case.call(definitions.linear).shape
    assert find_layer("linear").out_shape(*case.shapes) == expected


@given(cases("linear", "integers"))
def test_a_1x1_convolution_is_the_same(case: Case) -> None:
    x, w, bias = case.operands
    image, filters = x[:, :, np.newaxis, np.newaxis], w[:, :, np.newaxis, np.newaxis]
    np.testing.assert_array_equal(linear(x, w, bias), conv2d(image, filters, bias)[:, :, 0, 0])


@given(cases("linear", "reals"))
def test_float32_kernels_in_either_order_stay_inside_the_bound(case: Case) -> None:
    bound = case.call(error_bound, "linear")
    assert definitions.inside(case.call(honest.linear), case.call(definitions.linear), bound)


@given(cases("linear", "integers"))
def test_bound_is_zero_where_every_sum_is_exact(case: Case) -> None:
    assert not case.call(error_bound, "linear").any()
    for output in case.call(honest.linear):
        np.testing.assert_array_equal(output, case.call(definitions.linear))


def test_bound_is_not_zero_where_a_sum_may_round() -> None:
    x = np.array([[2.0**24, 1.0]], np.float32)
    assert error_bound("linear", x, np.ones((1, 2), np.float32)).item() >= 1


def test_the_cifar_networks_last_layer_has_10_scores() -> None:
    assert find_layer("linear").out_shape((1, 16 * 16 * 12), (10, 16 * 16 * 12)) == (1, 10)


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_shapes_are_refused_before_any_arithmetic(sentence: str) -> None:
    shapes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        linear(*untouchable(*shapes))
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("linear").out_shape(*shapes)


def test_weight_and_input_may_not_be_left_out() -> None:
    x = np.ones((1, 2), np.float32)
    with pytest.raises(SpecError, match="linear: weight is a NoneType, expected a float32 array"):
        linear(x, None)
