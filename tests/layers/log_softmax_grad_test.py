"""log_softmax_grad is what its definition says; a row whose gradients cancel is copied."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, log_softmax_grad

ANY = st.one_of(cases("log_softmax_grad", "integers"), cases("log_softmax_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["log_softmax_grad"]))
    g, y = (o.astype(np.float64) for o in case.operands)
    size = np.abs(g) + np.exp(y) * np.abs(g).sum(axis=case.attributes["dim"], keepdims=True)
    assert definitions.close(case.call(log_softmax_grad), expected, size)


def test_a_row_whose_gradients_cancel_is_copied() -> None:
    g, y = (np.array([values], np.float32) for values in ([3, -5, 2], [-1, -2, -3]))
    np.testing.assert_array_equal(log_softmax_grad(g, y, dim=1), g)


def test_one_value_alone_has_no_gradient() -> None:
    g, y = (np.array([[value]], np.float32) for value in (3, 0))
    np.testing.assert_array_equal(log_softmax_grad(g, y, dim=1), [[0]])
    assert error_bound("log_softmax_grad", g, y, dim=1).item() > 0
