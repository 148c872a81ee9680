"""conv2d_weight_grad is what its definition says."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import FULL, ask, conv2d_weight_grad, find_chain


@given(cases("conv2d_weight_grad", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["conv2d_weight_grad"]))
    np.testing.assert_array_equal(case.call(conv2d_weight_grad), expected, strict=True)


@given(cases("conv2d_weight_grad", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    exact = definitions.doubled(definitions.EXACT["conv2d_weight_grad"])
    magnitude = exact(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(conv2d_weight_grad), case.call(exact), magnitude)


def test_an_infinite_gradient_meets_no_padding_or_it_is_nan() -> None:
    """im2col multiplies it by padding's zeros, a kernel that looks where the tap lies does not."""
    grad, image = np.full((1, 1, 1, 1), np.inf, np.float32), np.ones((1, 1, 1, 1), np.float32)
    found = conv2d_weight_grad(grad, image, (1, 1, 1, 3), padding=(0, 1))
    np.testing.assert_array_equal(found[0, 0, 0], [0, np.inf, 0])
    question = ask(
        find_chain("conv2d_weight_grad"),
        (grad, image),
        {"weight_size": (1, 1, 1, 3), "padding": (0, 1)},
    )
    choices = question.answer(FULL).choices
    assert choices is not None
    np.testing.assert_array_equal(choices[1, 0, 0, 0], [np.nan, np.inf, np.nan])
