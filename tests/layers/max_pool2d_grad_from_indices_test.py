"""max_pool2d_grad_from_indices is what its definition says: a sum wherever an index names."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, max_pool2d_grad, max_pool2d_grad_from_indices
from clgold.reference.max_pool2d_grad import chosen
from clgold.reference.pool_grad import seen

NAME = "max_pool2d_grad_from_indices"
ANY = st.one_of(cases(NAME, "integers"), cases(NAME, "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT[NAME]))
    size = np.abs(case.operands[0]).max() * case.operands[0].size
    assert definitions.close(case.call(max_pool2d_grad_from_indices), expected, size)


@given(cases("max_pool2d_grad", "integers"))
def test_the_winners_places_give_what_the_input_gives(case: Case) -> None:
    grad, x = case.operands
    given = case.question.attributes["max_pool2d_grad"]
    wins = chosen(x.astype(np.float64), **given)
    numbers = np.broadcast_to(np.arange(x[0, 0].size).reshape(x.shape[2:]) + 1.0, x.shape)
    places = np.where(wins, seen(numbers, 0.0, given), 0).max(axis=(4, 5)) - 1
    found = max_pool2d_grad_from_indices(grad, places.astype(np.float32), x.shape)
    np.testing.assert_array_equal(found, case.call(max_pool2d_grad))


def row(*values: float) -> np.ndarray:
    return np.array(values, np.float32).reshape(1, 1, 1, -1)


def test_gradients_that_meet_add_and_what_names_no_pixel_gives_nothing() -> None:
    found = max_pool2d_grad_from_indices(row(1, 2, 4, 8, 16), row(5, 5, 0, 6, -1), (1, 1, 2, 3))
    np.testing.assert_array_equal(found.ravel(), [4, 0, 0, 0, 0, 3])


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(SpecError, match=f"{NAME}: indices has shape"):
        max_pool2d_grad_from_indices(row(1), row(1, 2), (1, 1, 2, 3))
    with pytest.raises(SpecError, match=rf"{NAME}: input_size is \(1, 2, 2, 3\), expected"):
        max_pool2d_grad_from_indices(row(1), row(1), (1, 2, 2, 3))
