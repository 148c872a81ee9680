"""lp_pool2d_grad is what its definition says: powers of what a pixel is of its window's norm."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, error_bound, lp_pool2d_grad

ANY = st.one_of(cases("lp_pool2d_grad", "integers"), cases("lp_pool2d_grad", "reals"))


@given(ANY)
def test_positive_pixels_give_the_definition_to_a_few_roundings(case: Case) -> None:
    g, x, y = case.operands
    operands = (g, np.abs(x) + np.float32(0.25), y)
    expected = definitions.EXACT["lp_pool2d_grad"](
        *operands, **case.question.attributes[case.layer]
    )
    size = definitions.EXACT["lp_pool2d_grad"](
        np.abs(g), *operands[1:], **case.question.attributes[case.layer]
    )
    found = lp_pool2d_grad(*operands, **case.attributes)
    assert definitions.close(found, expected.astype(np.float64), 4 * size.astype(np.float64))


def row(*values: float) -> np.ndarray:
    return np.array(values, np.float32).reshape(1, 1, 1, -1)


def test_of_a_euclidean_norm_it_is_the_direction() -> None:
    found = lp_pool2d_grad(row(10), row(3, -4), row(5), 2, (1, 2))
    np.testing.assert_array_equal(found.ravel(), [6, -8])


def test_a_window_of_nothing_gives_nothing_back_whatever_the_power() -> None:
    for power in (1, 2, 3.5):
        found = lp_pool2d_grad(row(10), row(0, 0), row(0), power, (1, 2))
        np.testing.assert_array_equal(found.ravel(), 0)
        assert not error_bound(
            "lp_pool2d_grad", row(10), row(0, 0), row(0), norm_type=power, kernel_size=(1, 2)
        ).any()


def test_a_power_of_1_hands_the_gradient_on() -> None:
    found = lp_pool2d_grad(row(1, 2), row(0, -3, 7), row(-3, 4), 1, (1, 2), stride=1)
    np.testing.assert_array_equal(found.ravel(), [1, 3, 2])


def test_an_overhanging_window_counts_as_a_whole_one() -> None:
    found = lp_pool2d_grad(row(0, 3), row(1, 1, 1), row(1, 1), 1, (1, 2), ceil_mode=True)
    np.testing.assert_array_equal(found.ravel(), [0, 0, 6])


def test_a_root_below_1_is_infinitely_steep_at_0() -> None:
    found = lp_pool2d_grad(row(3), row(0, 1), row(1), 0.5, (1, 2))
    np.testing.assert_array_equal(found.ravel(), [np.inf, 3])


def test_a_result_of_another_shape_is_refused() -> None:
    with pytest.raises(SpecError, match="lp_pool2d_grad: result has shape"):
        lp_pool2d_grad(row(1), row(1, 2), row(1, 2), 2, (1, 2))
