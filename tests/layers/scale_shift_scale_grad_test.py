"""scale_shift_scale_grad is what its definition says."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given

from clgold.reference import error_bound, scale_shift_scale_grad


@given(cases("scale_shift_scale_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["scale_shift_scale_grad"]))
    np.testing.assert_array_equal(case.call(scale_shift_scale_grad), expected, strict=True)


@given(cases("scale_shift_scale_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["scale_shift_scale_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(scale_shift_scale_grad), case.call(exact), magnitude)


def test_the_bound_grows_with_the_number_of_terms() -> None:
    thirds = np.full((2, 50), 1 / 3, np.float32)
    (bound,) = error_bound("scale_shift_scale_grad", thirds, thirds)
    assert bound == pytest.approx(100 * 2.0**-24 * 100 / 9, rel=1e-4)
