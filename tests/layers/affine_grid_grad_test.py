"""affine_grid_grad is what its definition says, for both layouts of theta."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, affine_grid_grad

ANY = st.one_of(cases("affine_grid_grad", "integers"), cases("affine_grid_grad", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["affine_grid_grad"]))
    size = np.abs(case.operands[0]).max() * case.operands[0].size
    assert definitions.close(case.call(affine_grid_grad), expected, size)


def test_a_flat_gradient_is_the_same_laid_out_anew() -> None:
    g = np.arange(2 * 3 * 4 * 2, dtype=np.float32).reshape(2, 3, 4, 2)
    two = affine_grid_grad(g, (2, 1, 3, 4))
    np.testing.assert_array_equal(affine_grid_grad(g, (2, 1, 3, 4), flat=True), two.reshape(2, 6))


def test_the_translations_gradient_is_the_sum() -> None:
    g = np.arange(2 * 3 * 4 * 2, dtype=np.float32).reshape(2, 3, 4, 2)
    found = affine_grid_grad(g, (2, 1, 3, 4))[..., 2]
    np.testing.assert_array_equal(found, g.sum(axis=(1, 2)))


def test_a_grid_of_another_size_is_refused() -> None:
    with pytest.raises(SpecError, match=r"affine_grid_grad: grad has shape .*, expected \(2, 3, 5"):
        affine_grid_grad(np.ones((2, 3, 4, 2), np.float32), (2, 1, 3, 5))
