"""local2d_weight_grad is what its definition says."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import local2d_weight_grad


@given(cases("local2d_weight_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["local2d_weight_grad"]))
    np.testing.assert_array_equal(case.call(local2d_weight_grad), expected, strict=True)


@given(cases("local2d_weight_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["local2d_weight_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(local2d_weight_grad), case.call(exact), magnitude)


def test_every_image_adds_to_every_weight() -> None:
    grad, image = np.ones((5, 1, 1, 2), np.float32), np.ones((5, 1, 1, 3), np.float32)
    size = (1, 1, 1, 1, 1, 2, 1, 2)
    np.testing.assert_array_equal(local2d_weight_grad(grad, image, size, stride=1), 5)
