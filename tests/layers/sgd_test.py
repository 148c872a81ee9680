"""sgd is torch.optim.SGD's step, from its definition."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given

from clgold.reference import error_bound, sgd, sgd_velocity

F = np.float32


@given(cases("sgd", "reals"))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["sgd"]))
    size = sum(np.abs(o) for o in case.operands if o is not None) * 40
    assert definitions.close(case.call(sgd), expected, size)


def test_two_steps_remember_the_first() -> None:
    """v = m·v + g, w -= lr·v: after two steps of g = 1, 1 - 0.1 - 0.1·1.9 = 0.71."""
    one = np.ones(1, F)
    given = {"momentum": 0.9}
    first, velocity = sgd(one, one, lr=0.1, **given), sgd_velocity(one, one, **given)
    second = sgd(first.astype(F), one, velocity.astype(F), lr=0.1, **given)
    assert second[0] == pytest.approx(0.71, abs=1e-7)


def test_nesterov_looks_ahead_and_without_momentum_nothing_is_remembered() -> None:
    w, g, v = (np.full(1, value, F) for value in (1, 2, 4))
    assert sgd(w, g, v, lr=0.5, momentum=0.5)[0] == 1 - 0.5 * 4
    assert sgd(w, g, v, lr=0.5, momentum=0.5, nesterov=True)[0] == 1 - 0.5 * (2 + 0.5 * 4)
    assert sgd(w, g, v, lr=0.5)[0] == 1 - 0.5 * 2


def test_the_bound_of_a_plain_step_is_two_roundings_of_the_step_and_one_of_the_sum() -> None:
    w, g = np.full(1, 3, F), np.full(1, 10, F)
    bound = error_bound("sgd", w, g, lr=0.1)
    np.testing.assert_allclose(bound, 2.0**-24 * (2 + 2), rtol=1e-5)
