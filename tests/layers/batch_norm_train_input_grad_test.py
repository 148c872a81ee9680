"""batch_norm_train_input_grad is what its definition says: the statistics depend on x too."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given

from clgold.reference import SpecError, batch_norm_train_input_grad
from clgold.reference.generator import bell


@given(cases("batch_norm_train_input_grad", "reals"))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["batch_norm_train_input_grad"]))
    found = case.call(batch_norm_train_input_grad)
    undefined = (expected != expected).astype(bool)  # of equal values without eps
    assert np.isnan(found[undefined]).all()
    expected, found = (np.where(undefined, 0, one) for one in (expected, found))
    assert definitions.close(found, expected, 1000 * max(1.0, np.abs(expected).max()))


def test_neither_a_shift_nor_a_scale_of_the_input_gets_any_gradient() -> None:
    g, x = (bell(3, name, (4, 2, 3, 5)).astype(np.float32) for name in "gx")
    found = batch_norm_train_input_grad(g, x, eps=0.0)
    np.testing.assert_allclose(found.sum(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((found * x).sum(axis=(0, 2, 3)), 0, atol=1e-11)


def test_a_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(SpecError, match="batch_norm_train_input_grad: grad has shape"):
        batch_norm_train_input_grad(np.ones((2, 1), np.float32), np.ones((2, 2), np.float32))
