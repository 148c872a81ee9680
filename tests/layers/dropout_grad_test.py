"""dropout_grad is what its definition says: the same as dropout, of the gradient."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import dropout_grad

ANY = st.one_of(cases("dropout_grad", "integers"), cases("dropout_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["dropout_grad"]))
    assert definitions.close(case.call(dropout_grad), expected, np.abs(case.operands[0]) * 16)


def test_the_gradient_goes_where_the_value_went() -> None:
    g, mask = (np.array(values, np.float32) for values in ([1, 2, 3, 4], [1, 0, 0, 1]))
    np.testing.assert_array_equal(dropout_grad(g, mask, p=0.75), [4, 0, 0, 16])
