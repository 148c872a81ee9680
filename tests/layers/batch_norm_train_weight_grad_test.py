"""batch_norm_train_weight_grad is what its definition says: a sum of the normalised values."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import batch_norm_train_weight_grad


@given(cases("batch_norm_train_weight_grad", "reals"))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_train_weight_grad"]))
    size = 1000 * max(1.0, np.abs(expected).max())
    assert definitions.close(case.call(batch_norm_train_weight_grad), expected, size)


def test_of_two_values_it_is_their_gradients_difference() -> None:
    g, x = (np.array(values, np.float32).reshape(2, 1) for values in ([1, 4], [10, 20]))
    assert batch_norm_train_weight_grad(g, x, eps=0.0).item() == 3
