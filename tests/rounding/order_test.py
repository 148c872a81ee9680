"""The order in which a sum is formed changes no bit of what is correctly rounded."""

from typing import Any

import numpy as np
from draws import cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.golden.cases import Case
from clgold.reference import correctly_rounded

Array = np.ndarray


@given(cases("conv2d", "reals"), st.randoms(use_true_random=False))
def test_the_order_of_channels_changes_no_bit_of_conv2d(case: Case, random: Any) -> None:
    x, weight, bias = case.operands
    attributes = case.attributes | {"groups": 1}
    x = np.ascontiguousarray(x[:, : weight.shape[1]])
    order = random.sample(range(weight.shape[1]), weight.shape[1])
    assert_same_bits(
        correctly_rounded("conv2d", x, weight, bias, **attributes),
        correctly_rounded("conv2d", x[:, order], weight[:, order], bias, **attributes),
    )


@given(st.integers(0, 9999), st.randoms(use_true_random=False))
def test_the_order_of_features_changes_no_bit_of_linear(seed: int, random: Any) -> None:
    """1037 features: three blocks of the reference's own sum, among which they move."""
    x, weight, bias = Case("linear", "real", ((3, 1037), (5, 1037), (5,)), {}, seed).operands
    order = random.sample(range(1037), 1037)
    assert_same_bits(
        correctly_rounded("linear", x, weight, bias),
        correctly_rounded("linear", x[:, order], weight[:, order], bias),
    )


@given(cases("softmax", "reals"), st.randoms(use_true_random=False))
def test_the_order_of_classes_changes_no_bit_of_softmax(case: Case, random: Any) -> None:
    (x,), dim = case.operands, case.attributes["dim"]
    order = random.sample(range(x.shape[dim]), x.shape[dim])
    for layer in ("softmax", "log_softmax"):
        assert_same_bits(
            np.take(correctly_rounded(layer, x, dim=dim), order, axis=dim),
            correctly_rounded(layer, np.take(x, order, axis=dim), dim=dim),
        )


def assert_same_bits(y: Array, again: Array) -> None:
    np.testing.assert_array_equal(y.view(np.uint32), again.view(np.uint32), strict=True)
