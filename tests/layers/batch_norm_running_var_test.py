"""batch_norm_running_var is what its definition says: a step towards the batch's variance."""

import math

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import assume, given

from clgold.reference import batch_norm_running_var


@given(cases("batch_norm_running_var", "reals"))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    assume(math.prod(case.shapes[0]) > case.shapes[0][1])
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_running_var"]))
    size = 1000 * max(1.0, np.abs(expected).max())
    assert definitions.close(case.call(batch_norm_running_var), expected, size)


def test_it_is_unbiased_unless_said_otherwise() -> None:
    x, old = np.array([[1.0], [3.0]], np.float32), np.array([10.0], np.float32)
    assert batch_norm_running_var(x, old, momentum=0.25).item() == 8
    assert batch_norm_running_var(x).item() == 2
    assert batch_norm_running_var(x, unbiased=False).item() == 1


def test_one_value_has_no_unbiased_variance() -> None:
    x = np.ones((1, 2, 1, 1), np.float32)
    assert np.isnan(batch_norm_running_var(x)).all()
    assert not batch_norm_running_var(x, unbiased=False).any()
