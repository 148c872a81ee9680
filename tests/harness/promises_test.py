"""What a variant declares of its own accuracy is used, and refused where it is no number."""

from typing import Any

import numpy as np
import pytest
from paper_device import judged, kernel

from clgold.device.variants import VariantError
from clgold.reference.generator import bell

F = np.float32
SHAPES = {"x": (3, 64), "w": (5, 64), "b": (5,)}
OPERANDS = tuple(bell(1, name, shape).astype(F) for name, shape in SHAPES.items())


def linear(input: Any, weight: Any, bias: Any) -> Any:
    """In doubles, rounded once."""
    return (input.astype(float) @ weight.T.astype(float) + bias).astype(F)


def late(input: Any, weight: Any, bias: Any) -> Any:
    """As far off as ten roundings of every term in the same direction."""
    magnitude = np.abs(input) @ np.abs(weight).T + np.abs(bias)
    return (linear(input, weight, bias) + 10 * 2.0**-24 * magnitude).astype(F)


@pytest.mark.parametrize("height", [2, 2.0, lambda terms: 2 if terms == 65 else 1000])
def test_a_declared_height_is_held_against_the_kernel(height: Any) -> None:
    right = judged(kernel("linear", linear, height=height), OPERANDS).comparison
    wrong = judged(kernel("linear", late, height=height), OPERANDS).comparison
    assert (right.verdict, wrong.verdict) == ("pass", "wrong")
    assert wrong.message.endswith("; it looks like sums deeper than `height` says")
    assert right.budget_used > 0.05


@pytest.mark.parametrize("height", [0, -3, None, True, float("nan"), "deep", lambda k: [k]])
def test_a_height_that_is_no_number_is_refused_in_a_sentence(height: Any) -> None:
    declared = kernel("linear", linear, height=(lambda k: None) if height is None else height)
    with pytest.raises(VariantError, match=r"`height` of linear 'paper' is .* expected a number"):
        judged(declared, OPERANDS)


def test_a_height_that_raises_names_its_line() -> None:
    declared = kernel("linear", linear, height=lambda terms: terms / 0)
    with pytest.raises(VariantError, match=r"`height` .*line \d+: ZeroDivisionError"):
        judged(declared, OPERANDS)


BAD_BOUNDS = {
    "expected an array of shape": lambda *_: 1e-6,
    "of shape": lambda *_: np.zeros((5, 3)),
    "expected numbers ≥ 0": lambda *_: np.full((3, 5), -1.0),
    "ZeroDivisionError": lambda *_: 1 / 0,
}


@pytest.mark.parametrize("words", BAD_BOUNDS)
def test_a_bound_that_is_none_is_refused_in_a_sentence(words: str) -> None:
    with pytest.raises(VariantError, match=words):
        judged(kernel("linear", linear, bound=BAD_BOUNDS[words]), OPERANDS)


def test_a_bound_that_is_unknown_somewhere_admits_anything_there() -> None:
    bound = np.full((3, 5), 1e-5)
    bound[1, 2] = np.nan

    def wild(*operands: Any) -> Any:
        got = linear(*operands)
        got[1, 2] = 77
        return got

    assert judged(kernel("linear", wild, bound=lambda *_: bound), OPERANDS).comparison.failed == 0
