"""batch_norm_weight_grad is what its definition says: a sum over images and places."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, batch_norm_weight_grad

ANY = st.one_of(
    cases("batch_norm_weight_grad", "integers"), cases("batch_norm_weight_grad", "reals")
)


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_weight_grad"]))
    g, x, mean, var = case.operands
    size = np.abs(g).max() * (np.abs(x).max() + np.abs(mean)) / np.sqrt(var) * g.size
    assert definitions.close(case.call(batch_norm_weight_grad), expected, size)


def test_images_and_places_are_added_up() -> None:
    g, x = np.ones((2, 1, 1, 3), np.float32), np.arange(6, dtype=np.float32).reshape(2, 1, 1, 3)
    mean, var = np.ones(1, np.float32), np.full(1, 4, np.float32)
    np.testing.assert_array_equal(batch_norm_weight_grad(g, x, mean, var, eps=0.0), [4.5])


def test_another_gradients_shape_is_refused() -> None:
    g, x, one = np.ones((2, 1), np.float32), np.ones((3, 1), np.float32), np.ones(1, np.float32)
    with pytest.raises(SpecError, match=r"batch_norm_weight_grad: grad has shape \(2, 1\)"):
        batch_norm_weight_grad(g, x, one, one)
