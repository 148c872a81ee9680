"""linear_input_grad is what its definition says."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import linear_input_grad


@given(cases("linear_input_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["linear_input_grad"]))
    np.testing.assert_array_equal(case.call(linear_input_grad), expected, strict=True)


@given(cases("linear_input_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["linear_input_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(linear_input_grad), case.call(exact), magnitude)
