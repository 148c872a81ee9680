"""avg_pool2d_grad is what its definition says: every window shares out all of its gradient."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, avg_pool2d_grad, error_bound

ANY = st.one_of(cases("avg_pool2d_grad", "integers"), cases("avg_pool2d_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["avg_pool2d_grad"]))
    size = np.abs(case.operands[0]).max()
    assert definitions.close(case.call(avg_pool2d_grad), expected, 16 * size)


def test_a_corner_gets_more_where_padding_does_not_count() -> None:
    g, given = np.ones((1, 1, 2, 2), np.float32), {"kernel_size": 2, "stride": 2, "padding": 1}
    counted = avg_pool2d_grad(g, (1, 1, 2, 2), **given)
    alone = avg_pool2d_grad(g, (1, 1, 2, 2), **given, count_include_pad=False)
    np.testing.assert_array_equal([counted.max(), alone.max()], [0.25, 1])


def test_a_pixel_that_no_window_sees_gets_nothing() -> None:
    g = np.full((1, 1, 1, 1), 8, np.float32)
    found = avg_pool2d_grad(g, (1, 1, 2, 3), kernel_size=2)
    np.testing.assert_array_equal(found[0, 0], [[2, 2, 0], [2, 2, 0]])
    assert (
        error_bound("avg_pool2d_grad", g, input_size=(1, 1, 2, 3), kernel_size=2)[..., 2].max() == 0
    )


def test_a_gradient_that_the_pool_does_not_give_is_refused() -> None:
    words = r"avg_pool2d_grad: grad has shape .*, avg_pool2d of input \(1, 1, 4, 4\) gives"
    with pytest.raises(SpecError, match=words):
        avg_pool2d_grad(np.ones((1, 1, 3, 2), np.float32), (1, 1, 4, 4), kernel_size=2)
