"""batch_norm_running_mean is what its definition says: a step towards the batch's mean."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import batch_norm_running_mean


@given(cases("batch_norm_running_mean", "reals"))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_running_mean"]))
    size = 1000 * max(1.0, np.abs(expected).max())
    assert definitions.close(case.call(batch_norm_running_mean), expected, size)


def test_the_new_value_has_the_weight_momentum() -> None:
    x, old = np.array([[1.0], [3.0]], np.float32), np.array([10.0], np.float32)
    assert batch_norm_running_mean(x, old, momentum=0.25).item() == 8
    assert batch_norm_running_mean(x).item() == 2
