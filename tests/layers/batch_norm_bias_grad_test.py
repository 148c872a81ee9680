"""batch_norm_bias_grad is what its definition says: a sum over images and places."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import batch_norm_bias_grad, error_bound

ANY = st.one_of(cases("batch_norm_bias_grad", "integers"), cases("batch_norm_bias_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_bias_grad"]))
    size = np.abs(case.operands[0]).max() * case.operands[0].size
    assert definitions.close(case.call(batch_norm_bias_grad), expected, size)


def test_images_and_places_are_added_up() -> None:
    g = np.arange(12, dtype=np.float32).reshape(2, 2, 1, 3)
    np.testing.assert_array_equal(batch_norm_bias_grad(g), [24, 42])
    assert not error_bound("batch_norm_bias_grad", g).any()
