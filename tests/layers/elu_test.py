"""elu is what its definition says, close to zero and far from it."""

import definitions
import numpy as np
from definitions import honest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import elu, error_bound, find_layer


@given(st.one_of(cases("elu", "integers"), cases("elu", "reals")))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.elu)
    assert definitions.close(case.call(elu), expected, np.abs(expected))


@given(st.lists(st.integers(-160, 40), min_size=1, max_size=8), st.booleans())
def test_every_magnitude_is_as_accurate(exponents: list[int], negative: bool) -> None:
    """Down to 2⁻¹⁴⁰, where exp(x) − 1 would have no correct bit."""
    powers = np.ldexp(np.float32(1.25), np.clip(exponents, -140, 7)).astype(np.float32)
    x = -powers if negative else powers
    expected = definitions.elu(x, alpha=1.0)
    assert definitions.close(elu(x), expected, np.abs(expected))


@given(cases("elu", "integers"))
def test_positive_values_are_copied(case: Case) -> None:
    (x,) = case.operands
    positive = np.abs(x) + np.float32(0.5)
    np.testing.assert_array_equal(elu(positive, **case.attributes), positive)
    assert not error_bound("elu", positive, **case.attributes).any()


@given(cases("elu", "reals"))
def test_output_has_the_inputs_shape(case: Case) -> None:
    assert find_layer("elu").out_shape(*case.shapes, **case.attributes) == case.shapes[0]


@given(cases("elu", "reals"))
def test_float32_kernels_of_either_form_stay_inside_the_bound(case: Case) -> None:
    bound = case.call(error_bound, "elu")
    assert definitions.inside(case.call(honest.elu), case.call(definitions.elu), bound)


def test_float32_kernels_stay_inside_the_bound_near_zero() -> None:
    x = -np.ldexp(np.float32(1), -np.arange(30)).astype(np.float32)
    bound, exact = error_bound("elu", x, alpha=1.0), definitions.elu(x, alpha=1.0)
    assert definitions.inside(honest.elu(x, alpha=1.0), exact, bound)


def test_special_values_pass() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0], np.float32)
    np.testing.assert_array_equal(elu(x, 2.0), [np.nan, np.inf, -2, 0, 0])


def test_alpha_is_one_unless_given() -> None:
    x = np.array([-1.0, 1.0], np.float32)
    np.testing.assert_array_equal(elu(x), elu(x, 1.0))
