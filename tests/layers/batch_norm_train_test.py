"""batch_norm_train is what its definition says: its own mean and biased variance."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import FULL, Enclosure, batch_norm_train, error_bound
from clgold.reference.batch_norm_train import BATCH_NORM_TRAIN
from clgold.reference.batch_statistics import one_pass
from clgold.reference.generator import bell


@given(cases("batch_norm_train", "reals"))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_train"]))
    size = 1000 * max(1.0, np.abs(expected).max())
    assert definitions.close(case.call(batch_norm_train), expected, size)


def test_every_channel_has_the_mean_0_and_the_variance_1() -> None:
    x = bell(3, "x", (4, 2, 3, 5)).astype(np.float32) * 7 + 100
    y = batch_norm_train(x, eps=0.0)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-12)


def test_of_one_value_a_channel_beta_is_left() -> None:
    x, beta = np.full((1, 2, 1, 1), 3e5, np.float32), np.array([1, -2], np.float32)
    np.testing.assert_array_equal(batch_norm_train(x, None, beta).ravel(), beta)
    assert error_bound("batch_norm_train", x, None, beta).max() < 200  # what folding costs


def test_far_from_zero_one_pass_is_nothing_and_two_passes_hold() -> None:
    """A mean of 3,000 deviations: E[x²] − E[x]² is noise in float32, and may be negative."""
    x = (3000 + bell(5, "x", (8, 1, 4, 4))).astype(np.float32)
    operands = (Enclosure(x.astype(np.float64)), None, None)
    single = one_pass(BATCH_NORM_TRAIN)(FULL, operands, {"eps": 1e-5})
    assert np.all(np.isnan(single) | np.isinf(single))
    assert np.all(error_bound("batch_norm_train", x) < 0.05)
