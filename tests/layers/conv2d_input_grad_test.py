"""conv2d_input_grad is what its definition says."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import conv2d_input_grad


@given(cases("conv2d_input_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["conv2d_input_grad"]))
    np.testing.assert_array_equal(case.call(conv2d_input_grad), expected, strict=True)


@given(cases("conv2d_input_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["conv2d_input_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(conv2d_input_grad), case.call(exact), magnitude)


def test_the_kernel_is_not_flipped_and_leads_back_to_the_pixel_that_was_read() -> None:
    weight = np.arange(1, 4, dtype=np.float32).reshape(1, 1, 1, 3)
    grad = np.array([0, 1, 0], np.float32).reshape(1, 1, 1, 3)
    found = conv2d_input_grad(grad, weight, input_size=(1, 1, 1, 5))
    np.testing.assert_array_equal(found[0, 0, 0], [0, 1, 2, 3, 0])
