"""tanh is what its definition says, close to zero and far from it."""

import definitions
import numpy as np
from definitions import honest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, find_layer, tanh

ANY = st.one_of(cases("tanh", "integers"), cases("tanh", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.tanh)
    assert definitions.close(case.call(tanh), expected, np.abs(expected))


@given(st.lists(st.integers(-149, 127), min_size=1, max_size=8), st.booleans())
def test_every_magnitude_is_as_accurate(exponents: list[int], negative: bool) -> None:
    powers = np.ldexp(np.float32(1), exponents).astype(np.float32)
    x = -powers if negative else powers
    expected = definitions.tanh(np.clip(x, -50, 50))
    assert definitions.close(tanh(x), expected, np.abs(expected))


@given(ANY)
def test_it_is_odd_and_never_beyond_one(case: Case) -> None:
    (x,) = case.operands
    np.testing.assert_array_equal(tanh(-x), -tanh(x))
    assert np.all(np.abs(tanh(x)) <= 1)


@given(cases("tanh", "reals"))
def test_output_has_the_inputs_shape(case: Case) -> None:
    assert find_layer("tanh").out_shape(*case.shapes) == case.shapes[0]


@given(cases("tanh", "reals"), st.sampled_from((2.0**-20, 1.0, 16.0)))
def test_float32_kernels_of_either_form_stay_inside_the_bound(case: Case, factor: float) -> None:
    x = case.operands[0] * np.float32(factor)
    assert definitions.inside(honest.tanh(x), definitions.tanh(x), error_bound("tanh", x))


def test_special_values_pass() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0], np.float32)
    np.testing.assert_array_equal(tanh(x), [np.nan, 1, -1, 0, 0])


def test_a_single_number_keeps_its_shape() -> None:
    assert tanh(np.array(0.0, np.float32)).shape == ()
