"""scale_shift_input_grad is what its definition says."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import scale_shift_input_grad


@given(cases("scale_shift_input_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["scale_shift_input_grad"]))
    np.testing.assert_array_equal(case.call(scale_shift_input_grad), expected, strict=True)


@given(cases("scale_shift_input_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["scale_shift_input_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(scale_shift_input_grad), case.call(exact), magnitude)


def test_one_factor_for_all() -> None:
    grad = np.array([[1.0, -2.0], [0.0, np.inf]], np.float32)
    found = scale_shift_input_grad(grad, np.array([-3.0], np.float32))
    np.testing.assert_array_equal(found, [[-3, 6], [0, -np.inf]])
