"""elu_grad is what its definition says, from what the layer read and from what it gave."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, elu, elu_grad

ANY = st.one_of(cases("elu_grad", "integers"), cases("elu_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["elu_grad"]))
    size = np.abs(case.operands[0]) * (1 + np.abs(case.operands[1]))
    assert definitions.close(case.call(elu_grad), expected, size)


def test_alpha_holds_at_zero_of_either_sign() -> None:
    x, g = np.array([0.0, -0.0, 1.0], np.float32), np.full(3, 8, np.float32)
    for is_result in (False, True):
        found = elu_grad(g, x, alpha=0.25, is_result=is_result)
        np.testing.assert_array_equal(found, [2, 2, 8])


def test_the_result_gives_the_same_gradient_as_the_input() -> None:
    g, x = (np.array(values, np.float32) for values in ([1, 2, 3, 4], [-2, -0.5, 0, 3]))
    y = elu(x, alpha=0.5).astype(np.float32)
    found = elu_grad(g, y, alpha=0.5, is_result=True)
    np.testing.assert_allclose(found, elu_grad(g, x, alpha=0.5), rtol=1e-6)


def test_a_result_tells_no_sign_where_alpha_is_negative() -> None:
    g = np.ones(3, np.float32)
    with pytest.raises(SpecError, match=r"elu_grad: alpha is -0.5, expected at least 0 where"):
        elu_grad(g, g, alpha=-0.5, is_result=True)
