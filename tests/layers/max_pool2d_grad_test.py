"""max_pool2d_grad is what its definition says: of equal maxima the first wins."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, max_pool2d_grad

ANY = st.one_of(cases("max_pool2d_grad", "integers"), cases("max_pool2d_grad", "reals"))

NAN, INF = float("nan"), float("inf")


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["max_pool2d_grad"]))
    assert definitions.close(
        case.call(max_pool2d_grad), expected, 16 * np.abs(case.operands[0]).max()
    )


def row(*values: float) -> np.ndarray:
    return np.array(values, np.float32).reshape(1, 1, 1, -1)


def test_the_first_of_equal_maxima_wins_and_the_last_nan() -> None:
    g = row(3)
    for x, winner in (((1, 2, 2), 1), ((5, 5, 5), 0), ((NAN, 1, NAN), 2), ((-INF, -INF, -INF), 0)):
        found = max_pool2d_grad(g, row(*x), (1, 3))
        np.testing.assert_array_equal(found.ravel(), np.eye(3)[winner] * 3)


def test_overlapping_windows_add() -> None:
    found = max_pool2d_grad(row(1, 2), row(0, 5, 0), (1, 2), stride=1)
    np.testing.assert_array_equal(found.ravel(), [0, 3, 0])


def test_padding_never_wins() -> None:
    found = max_pool2d_grad(row(1, 2), row(-INF, -INF), (1, 2), stride=2, padding=(0, 1))
    np.testing.assert_array_equal(found.ravel(), [1, 2])


def test_where_a_comparison_may_go_either_way_either_is_admitted() -> None:
    for x in ((1e-40, 2e-40), (NAN, 1.0)):
        assert np.all(error_bound("max_pool2d_grad", row(3), row(*x), kernel_size=(1, 2)) >= 3)
    assert not error_bound("max_pool2d_grad", row(3), row(1.0, 1.0), kernel_size=(1, 2)).any()
