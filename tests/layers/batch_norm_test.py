"""batch_norm is what its definition says, after a linear layer and after a convolution."""

import re
from dataclasses import replace
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shape, cases, untouchable
from hypothesis import given

from clgold.reference import SpecError, batch_norm, error_bound, find_layer

C = (3,)
STATISTICS: tuple[Shape, ...] = (C, C, C, C)

REFUSALS: dict[str, tuple[tuple[Shape | None, ...], dict[str, Any]]] = {
    "batch_norm: running_var has shape (1,), expected (3,)": (((2, 3), C, (1,), C, C), {}),
    "batch_norm: weight has shape (1, 3), expected (3,)": (((2, 3), C, C, (1, 3), C), {}),
    "batch_norm: bias has shape (5,), expected (3,)": (((2, 3, 4, 5), C, C, None, (5,)), {}),
}


def magnitude(case: Case) -> np.ndarray:
    """|γ|·(|x| + |μ|)/σ + |β|"""
    x, mean, *others = case.operands
    sizes: list[Any] = [None if operand is None else np.abs(operand) for operand in others]
    return definitions.batch_norm(np.abs(x), -np.abs(mean), *sizes, **case.attributes)


@given(cases("batch_norm", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    """The variances are powers of 4: without eps nothing rounds."""
    whole = replace(case, attributes={"eps": 0.0})
    expected = whole.call(definitions.batch_norm)
    np.testing.assert_array_equal(whole.call(batch_norm), expected, strict=True)


@given(cases("batch_norm", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.batch_norm)
    assert definitions.close(case.call(batch_norm), expected, magnitude(case))


@given(cases("batch_norm", "reals"))
def test_output_has_the_inputs_shape(case: Case) -> None:
    layer = find_layer("batch_norm")
    assert layer.out_shape(*case.shapes, **case.attributes) == case.shapes[0]


@given(cases("batch_norm", "reals"))
def test_float32_kernels_of_every_form_stay_inside_the_bound(case: Case) -> None:
    exact, bound = case.call(definitions.batch_norm), case.call(error_bound, "batch_norm")
    assert definitions.inside(case.call(honest.batch_norm), exact, bound)


def test_eps_stands_under_the_root() -> None:
    x, mean, var = (np.array(v, np.float32) for v in ([[3.0]], [1.0], [0.0]))
    assert batch_norm(x, mean, var, eps=0.25).item() == 4.0


def test_weight_scales_and_bias_shifts() -> None:
    x, mean, var, weight, bias = (
        np.array(v, np.float32) for v in ([[3.0]], [1.0], [4.0], [5.0], [7.0])
    )
    assert batch_norm(x, mean, var, weight, bias, eps=0.0).item() == 12.0
    assert batch_norm(x, mean, var, weight, eps=0.0).item() == 5.0
    assert batch_norm(x, mean, var, bias=bias, eps=0.0).item() == 8.0


def test_channel_statistics_are_normalised_away() -> None:
    (x, *_) = Case("batch_norm", "real", ((3, 5, 7, 11), *[(5,)] * 4), {}, seed=3).operands
    mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    y = batch_norm(x, mean, var, eps=0.0)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0.0, atol=1e-6)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1.0, atol=1e-5)


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shapes, attributes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        batch_norm(*untouchable(*shapes), **attributes)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("batch_norm").out_shape(*shapes, **attributes)
