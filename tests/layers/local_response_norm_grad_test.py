"""local_response_norm_grad is what its definition says; windows of an even size are turned."""

from typing import Any

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import assume, given
from hypothesis import strategies as st

from clgold.reference import error_bound, local_response_norm_grad

ANY = st.one_of(
    cases("local_response_norm_grad", "integers"), cases("local_response_norm_grad", "reals")
)


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    assume(case.attributes["alpha"] > 0)
    expected = case.call(definitions.doubled(definitions.EXACT["local_response_norm_grad"]))
    bound = case.call(error_bound, "local_response_norm_grad")
    assert np.all(np.abs(case.call(local_response_norm_grad) - expected) <= bound * 2.0**-20)


def test_a_window_of_two_reaches_to_the_channel_after() -> None:
    """Channel c sees c − 1 and itself: c − 1 gets a share of c's gradient, c + 1 does not."""
    g, x = np.zeros((1, 3, 1), np.float32), np.ones((1, 3, 1), np.float32)
    g[0, 1] = 1
    found = local_response_norm_grad(g, x, 2, alpha=2.0, beta=1.0, k=0.0).ravel()
    np.testing.assert_allclose(found, [-0.5, 0, 0], atol=1e-15)


def test_without_alpha_it_is_a_scale() -> None:
    g, x = (np.full((1, 4, 2), value, np.float32) for value in (3, 5))
    np.testing.assert_array_equal(local_response_norm_grad(g, x, 3, 0.0, 1.0, 2.0), g / 2)


def test_nothing_is_known_where_one_neighbour_is_no_number_and_another_too_large() -> None:
    grad = np.array([1, 1, -3e38, 1, np.inf], np.float32).reshape(1, 5, 1)
    x = np.array([2, 1, 8, 1, 0], np.float32).reshape(1, 5, 1)
    bound = error_bound("local_response_norm_grad", grad, x, size=5)
    assert np.isinf(bound[0, :3]).all()


def test_what_a_subnormal_factor_loses_is_multiplied_by_the_others() -> None:
    """A kernel that begins with 2αβ/size·x, 1e-43 here, is off by half a per cent, and right."""
    grad = np.array([3e38, 1e-30], np.float32).reshape(1, 2, 1)
    x = np.array([-0.25, 7.3e-40], np.float32).reshape(1, 2, 1)
    given: dict[str, Any] = {"size": 5, "alpha": 5e-4, "k": 2.0}
    right = local_response_norm_grad(grad, x, **given)[0, 1, 0]
    share = np.float32(2 * 5e-4 * 0.75 / 5) * x[0, 1, 0]
    begun_so = -share * np.float32(right / -(np.float64(2 * 5e-4 * 0.75 / 5) * x[0, 1, 0]))
    assert abs(begun_so - right) > 1e-3 * abs(right)
    bound = error_bound("local_response_norm_grad", grad, x, **given)[0, 1, 0]
    assert abs(begun_so - right) <= bound
