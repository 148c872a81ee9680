"""local2d_input_grad is what its definition says;
pixels that no site reads have 0."""

import re

import definitions
import numpy as np
import pytest
from draws import Case, cases, untouchable
from hypothesis import given

from clgold.reference import SpecError, error_bound, local2d_input_grad


@given(cases("local2d_input_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["local2d_input_grad"]))
    np.testing.assert_array_equal(case.call(local2d_input_grad), expected, strict=True)


@given(cases("local2d_input_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["local2d_input_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(local2d_input_grad), case.call(exact), magnitude)


def test_pixels_that_no_site_reads_have_no_gradient() -> None:
    grad, weight = np.ones((1, 1, 2, 2), np.float32), np.ones((1, 1, 1, 1, 2, 2, 2, 2), np.float32)
    found = local2d_input_grad(grad, weight, input_size=(1, 1, 6, 7), stride=3)
    np.testing.assert_array_equal(found[0, 0, 2], 0)
    np.testing.assert_array_equal(found[0, 0, :, 5:], 0)
    assert found.sum() == 16


def test_the_bound_counts_the_products_of_each_pixel() -> None:
    grad = np.full((1, 1, 1, 2), 1 / 3, np.float32)
    weight = np.full((1, 1, 1, 1, 1, 2, 1, 2), 1 / 3, np.float32)
    attributes = {"input_size": (1, 1, 1, 3), "stride": 1}
    bound = error_bound("local2d_input_grad", grad, weight, **attributes)
    np.testing.assert_allclose(bound[0, 0, 0] / (2.0**-24 / 9), [1, 4, 1], rtol=1e-5)


def test_a_grad_of_another_size_is_refused() -> None:
    sentence = (
        "local2d_input_grad: grad has shape (1, 1, 1, 3), local2d of input (1, 1, 1, 3) and "
        "weight (1, 1, 1, 1, 1, 2, 1, 2) gives (1, 1, 1, 2)"
    )
    shapes = (1, 1, 1, 3), (1, 1, 1, 1, 1, 2, 1, 2)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        local2d_input_grad(*untouchable(*shapes), input_size=(1, 1, 1, 3), stride=1)
