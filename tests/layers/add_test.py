"""add is what its definition says, with one rounding at most."""

import re

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shapes, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, add, error_bound, find_layer

REFUSALS: dict[str, Shapes] = {
    "add: b has shape (3,), expected that of a, (2, 3)": ((2, 3), (3,)),
    "add: b has shape (2, 1), expected that of a, (2, 3)": ((2, 3), (2, 1)),
    "add: b has shape (), expected that of a, (2, 3)": ((2, 3), ()),
}
ANY = st.one_of(cases("add", "integers"), cases("add", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    """Two float32 of like size have a sum of few enough bits."""
    np.testing.assert_array_equal(case.call(add), case.call(definitions.add), strict=True)


@given(ANY)
def test_output_has_the_shape_of_both(case: Case) -> None:
    assert find_layer("add").out_shape(*case.shapes) == case.shapes[0]


@given(ANY)
def test_float32_kernels_stay_inside_the_bound_and_use_all_of_it(case: Case) -> None:
    exact, bound = case.call(definitions.add), case.call(error_bound, "add")
    for output in case.call(honest.add):
        np.testing.assert_array_equal(np.abs(output - exact), bound)


def test_bound_is_half_an_ulp_where_the_sum_rounds() -> None:
    a, b = (np.array([v], np.float32) for v in (1.0, 2.0**-24))
    assert error_bound("add", a, b).item() == 2.0**-24


def test_bound_lets_subnormals_be_flushed() -> None:
    a, b = (np.array([v], np.float32) for v in (1.0, 1e-40))
    assert error_bound("add", a, b).item() >= b.item()


def test_special_values_pass() -> None:
    a = np.array([np.nan, np.inf, np.inf, -0.0, 0.0], np.float32)
    b = np.array([1, 1, -np.inf, -0.0, -0.0], np.float32)
    np.testing.assert_array_equal(add(a, b), [np.nan, np.inf, np.nan, 0, 0])


def test_a_sum_beyond_float32_is_finite_here() -> None:
    most = np.array([np.finfo(np.float32).max], np.float32)
    assert add(most, most).item() == 2.0**129 - 2.0**105
    assert error_bound("add", most, most).item() == np.inf


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_shapes_are_refused_before_any_arithmetic(sentence: str) -> None:
    shapes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        add(*untouchable(*shapes))
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("add").out_shape(*shapes)
