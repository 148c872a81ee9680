"""scale_shift_shift_grad is what its definition says."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given

from clgold.reference import error_bound, scale_shift_shift_grad


@given(cases("scale_shift_shift_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["scale_shift_shift_grad"]))
    np.testing.assert_array_equal(case.call(scale_shift_shift_grad), expected, strict=True)


@given(cases("scale_shift_shift_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["scale_shift_shift_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(scale_shift_shift_grad), case.call(exact), magnitude)


def test_a_sum_of_one_image_is_a_copy() -> None:
    grad = np.full((1, 3), 1 / 3, np.float32)
    np.testing.assert_array_equal(scale_shift_shift_grad(grad), grad)
    assert not error_bound("scale_shift_shift_grad", grad).any()


def test_two_terms_are_rounded_once() -> None:
    grad = np.array([[1.0], [2.0**-30]], np.float32)
    assert error_bound("scale_shift_shift_grad", grad)[0, 0] == pytest.approx(2.0**-24, rel=1e-4)
