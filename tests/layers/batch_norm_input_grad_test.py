"""batch_norm_input_grad is what its definition says: one scale for a channel."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import batch_norm_input_grad

ANY = st.one_of(cases("batch_norm_input_grad", "integers"), cases("batch_norm_input_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_input_grad"]))
    assert definitions.close(case.call(batch_norm_input_grad), expected, np.abs(expected))


def test_a_channel_has_its_own_scale() -> None:
    g, v, w = (np.array(one, np.float32) for one in ([[8, 8]], [4, 16], [1, 3]))
    np.testing.assert_array_equal(batch_norm_input_grad(g, v, w, eps=0.0), [[4, 6]])
    np.testing.assert_array_equal(batch_norm_input_grad(g, v, eps=0.0), [[4, 2]])
