"""cross_entropy_grad is what its definition says; near P = 1 its bound is absolute."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import cross_entropy_grad, error_bound

ANY = st.one_of(cases("cross_entropy_grad", "integers"), cases("cross_entropy_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["cross_entropy_grad"]))
    assert definitions.close(case.call(cross_entropy_grad), expected, np.abs(case.operands[0]))


def test_the_gradients_of_a_row_add_up_to_nothing() -> None:
    x, t = np.arange(8, dtype=np.float32).reshape(2, 4), np.eye(4, dtype=np.float32)[:2]
    found = cross_entropy_grad(np.float32(2)[...], x, t, "sum")
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-14)


def test_the_mean_divides_by_the_images() -> None:
    g, x, t = np.array(4, np.float32), np.zeros((2, 4), np.float32), np.eye(4, dtype=np.float32)[:2]
    np.testing.assert_array_equal(cross_entropy_grad(g, x, t)[0], [-1.5, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(cross_entropy_grad(g, x, t, "sum")[0], [-3, 1, 1, 1])


def test_near_certainty_the_bound_is_absolute() -> None:
    g, x, t = np.array(1, np.float32), np.array([[20, 0]], np.float32), np.float32([[1, 0]])
    bound = error_bound("cross_entropy_grad", g, x, t)[0]
    assert bound[0] > 2.0**-24
    assert bound[1] < 2.0**-40
