"""relu_grad is what its definition says: nothing at 0, of either sign, and nothing is rounded."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, relu_grad

ANY = st.one_of(cases("relu_grad", "integers"), cases("relu_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["relu_grad"]))
    np.testing.assert_array_equal(case.call(relu_grad), expected)
    assert not case.call(error_bound, "relu_grad").any()


def test_nothing_passes_at_zero_of_either_sign() -> None:
    x = np.array([0.0, -0.0, 2.0**-126, -1.0], np.float32)
    np.testing.assert_array_equal(relu_grad(np.full(4, 3, np.float32), x), [0, 0, 3, 0])


def test_a_subnormal_value_may_be_taken_for_zero() -> None:
    g, x = (np.array([value], np.float32) for value in (3.0, 2.0**-130))
    assert error_bound("relu_grad", g, x).item() == 3


def test_what_the_layer_gave_serves_as_what_it_read() -> None:
    g, x = (np.array(values, np.float32) for values in ([1, 2, 3], [-2, 0, 5]))
    np.testing.assert_array_equal(relu_grad(g, np.maximum(x, np.float32(0))), relu_grad(g, x))
