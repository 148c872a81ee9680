"""cross_entropy is what its definition says: of each image, their sum and their mean."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, correctly_rounded, cross_entropy, error_bound

ANY = st.one_of(cases("cross_entropy", "integers"), cases("cross_entropy", "reals"))

LOG4 = np.log(4)


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["cross_entropy"]))
    assert definitions.close(case.call(cross_entropy), expected, 1 + np.abs(expected))


def test_the_mean_is_over_the_images_and_the_sum_of_their_losses() -> None:
    x, t = np.zeros((3, 4), np.float32), np.eye(4, dtype=np.float32)[:3]
    for reduction, expected in (("none", [LOG4] * 3), ("sum", 3 * LOG4), ("mean", LOG4)):
        np.testing.assert_allclose(cross_entropy(x, t, reduction), expected, rtol=1e-14)
    assert cross_entropy(x, t).shape == ()


def test_a_class_that_is_certain_costs_nothing() -> None:
    x, t = (np.array([values], np.float32) for values in ([5000, 0], [1, 0]))
    assert cross_entropy(x, t) == correctly_rounded("cross_entropy", x, t) == 0
    assert cross_entropy(x, t[:, ::-1].copy()) == 5000


def test_the_bound_of_a_shared_target_takes_in_what_is_added_up_apart() -> None:
    x = np.full((1, 2), 1000, np.float32)
    bounds = [error_bound("cross_entropy", x, np.float32([t])).item() for t in ([1, 0], [0.5, 0.5])]
    assert bounds[1] > bounds[0]


def test_a_target_of_another_shape_is_refused() -> None:
    words = r"cross_entropy: target has shape \(3, 5\), expected that of input, \(3, 4\)"
    with pytest.raises(SpecError, match=words):
        cross_entropy(np.zeros((3, 4), np.float32), np.zeros((3, 5), np.float32))


def test_no_product_is_known_of_a_logit_that_lies_too_far_below() -> None:
    """0·(x − max) with an infinite difference is NaN in float32."""
    x = np.array([[3e38, -3e38, 1]], np.float32)
    assert np.isinf(error_bound("cross_entropy", x, np.float32([[1, 0, 0]])))
    assert np.isfinite(error_bound("cross_entropy", x / 4, np.float32([[1, 0, 0]])))
