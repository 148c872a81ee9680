"""conv2d_bias_grad is what its definition says."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import conv2d_bias_grad


@given(cases("conv2d_bias_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["conv2d_bias_grad"]))
    np.testing.assert_array_equal(case.call(conv2d_bias_grad), expected, strict=True)


@given(cases("conv2d_bias_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["conv2d_bias_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(conv2d_bias_grad), case.call(exact), magnitude)
