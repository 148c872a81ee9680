"""mul is what its definition says, with one rounding; shapes broadcast from the last axis."""

import re

import definitions
import numpy as np
import pytest
from draws import Case, Shapes, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, error_bound, find_layer, mul

REFUSALS: dict[str, Shapes] = {
    "mul: b has shape (2,), which does not broadcast with a's, (2, 3)": ((2, 3), (2,)),
    "mul: b has shape (2, 2, 1), which does not broadcast with a's, (3, 3)": ((3, 3), (2, 2, 1)),
}
ANY = st.one_of(cases("mul", "integers"), cases("mul", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    """The product of two float32 has few enough bits."""
    expected = case.call(definitions.doubled(definitions.EXACT["mul"]))
    np.testing.assert_array_equal(case.call(mul), expected, strict=True)


@given(ANY)
def test_a_float32_product_is_just_inside_the_bound(case: Case) -> None:
    a, b = case.operands
    np.testing.assert_array_equal(np.abs(a * b - case.call(mul)), case.call(error_bound, "mul"))


@pytest.mark.parametrize("shapes", [((2, 3), (3,)), ((3,), (2, 1)), ((), (2, 3)), ((2, 1), (1, 3))])
def test_shapes_are_aligned_at_the_last_axis(shapes: Shapes) -> None:
    assert find_layer("mul").out_shape(*shapes) == (2, 3)


def test_bound_lets_subnormals_be_flushed() -> None:
    a, b = (np.array([v], np.float32) for v in (2.0**100, 1e-40))
    assert error_bound("mul", a, b).item() >= mul(a, b).item()


def test_special_values_pass() -> None:
    a = np.array([np.nan, np.inf, np.inf, -0.0], np.float32)
    np.testing.assert_array_equal(mul(a, np.float32([1, -1, 0, 2])), [np.nan, -np.inf, np.nan, 0])


def test_a_product_beyond_float32_is_finite_here() -> None:
    most = np.array([np.finfo(np.float32).max], np.float32)
    assert np.isfinite(mul(most, most)).all()
    assert error_bound("mul", most, most).item() == np.inf


@pytest.mark.parametrize("sentence", REFUSALS)
def test_shapes_that_do_not_fit_are_refused_before_any_arithmetic(sentence: str) -> None:
    with pytest.raises(SpecError, match=re.escape(sentence)):
        mul(*untouchable(*REFUSALS[sentence]))
