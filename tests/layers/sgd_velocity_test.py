"""sgd_velocity is torch.optim.SGD's momentum buffer."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import sgd_velocity

F = np.float32


@given(cases("sgd_velocity", "reals"))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["sgd_velocity"]))
    size = sum(np.abs(o) for o in case.operands if o is not None) * 40
    assert definitions.close(case.call(sgd_velocity), expected, size)


def test_the_first_velocity_is_the_gradient_without_dampening() -> None:
    w, g, v = (np.full(1, value, F) for value in (1, 2, 4))
    given = {"momentum": 0.5, "dampening": 0.75, "weight_decay": 2.0}
    assert sgd_velocity(w, g, **given)[0] == 4
    assert sgd_velocity(w, g, v, **given)[0] == 0.5 * 4 + 0.25 * 4
