"""softmax_grad is what its definition says, and no matter of order where no sum can round."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, softmax_grad

ANY = st.one_of(cases("softmax_grad", "integers"), cases("softmax_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["softmax_grad"]))
    g, y = (np.abs(o.astype(np.float64)) for o in case.operands)
    size = y * (g + (g * y).sum(axis=case.attributes["dim"], keepdims=True))
    assert definitions.close(case.call(softmax_grad), expected, size)


def test_a_gradient_that_is_the_same_for_all_changes_nothing() -> None:
    g, y = np.full((1, 4), 3, np.float32), np.array([[0.5, 0.25, 0.125, 0.125]], np.float32)
    np.testing.assert_array_equal(softmax_grad(g, y, dim=1), np.zeros((1, 4)))


def test_small_integers_are_exact() -> None:
    g, y = (np.array([values], np.float32) for values in ([3, -5, 8], [2, 8, -7]))
    np.testing.assert_array_equal(softmax_grad(g, y, dim=1), [[186, 680, -686]])
    assert not error_bound("softmax_grad", g, y, dim=1).any()
