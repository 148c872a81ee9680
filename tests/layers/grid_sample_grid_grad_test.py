"""grid_sample_grid_grad is how samples change with their places; at pixels' centres either way."""

from typing import Any

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.conformance.judge.compare import compare
from clgold.reference import (
    FULL,
    SpecError,
    ask,
    correctly_rounded,
    find_chain,
    grid_sample_grid_grad,
)

ANY = st.one_of(cases("grid_sample_grid_grad", "integers"), cases("grid_sample_grid_grad", "reals"))
F = np.float32
ROW = np.array([[[[1, 3, 8, 6]]]], F)  # its slopes: 2, 5, -2, and those to the zeros around it


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["grid_sample_grid_grad"]))
    g, x, _ = case.operands
    size = np.abs(g).max() * np.abs(x).max() * sum(x.shape) ** 2
    assert definitions.close(case.call(grid_sample_grid_grad), expected, size)


def verdicts(x: float, got: list[float], **attributes: Any) -> list[str]:
    """What is said of each slope of ROW there, with corners aligned: pixel (x + 1)·3/2."""
    grid, g = np.array([[[[x, 0]]]], F), np.ones((1, 1, 1, 1), F)
    given = {"align_corners": True, **attributes}
    right = ask(find_chain("grid_sample_grid_grad"), (g, ROW, grid), given).answer(FULL)
    results = (np.array([[[[one * 1.5, right.value[0, 0, 0, 1]]]]], F) for one in got)
    return [compare(one, right, F).verdict for one in results]


THIRD = 1 / 3  # pixel 2, as near as float32 comes


@pytest.mark.parametrize(
    ("x", "right", "wrong", "attributes"),
    [
        (0.0, [5], [2, -2, 0, -5], {}),
        (-THIRD, [2, 5], [3.5, 0, -2, -5], {}),
        (THIRD, [5, -2], [1.5, 0, 2], {}),
        (-1.0, [1, 2], [0, 1.5, -2], {}),
        (1.0, [-2, -6], [0, 2], {}),
        (-1.0, [0, 2], [1, 1.5, -2], {"padding_mode": "border"}),
        (1.0, [0, -2], [-6, 2], {"padding_mode": "border"}),
        (1.5, [0], [-2, -6], {"padding_mode": "border"}),
        (1.0, [0, -2, 2], [-6, 1], {"padding_mode": "reflection"}),
        (1 + THIRD, [2], [-2, 0, -5], {"padding_mode": "reflection"}),
        (1 + 2 * THIRD, [2, -5], [5, -2, 0], {"padding_mode": "reflection"}),
        (-THIRD, [0], [2, 5], {"mode": "nearest"}),
    ],
)
def test_at_a_pixels_centre_both_slopes_are_right_and_nothing_between(
    x: float, right: list[float], wrong: list[float], attributes: dict[str, Any]
) -> None:
    assert set(verdicts(x, right, **attributes)) == {"pass"}
    assert set(verdicts(x, wrong, **attributes)) == {"wrong"}


def test_the_golden_value_at_a_centre_is_that_towards_the_next_pixel() -> None:
    """Also where float64 takes the place for the centre and it is just before."""
    image, g = np.array([[[[1, 3, 8]]]], F), np.ones((1, 1, 1, 1), F)
    for x, slope in ((0.0, 5), (2.0**-140, 5), (-(2.0**-140), 2)):
        grid = np.array([[[[x, 0]]]], F)
        found = correctly_rounded("grid_sample_grid_grad", g, image, grid)
        assert found[0, 0, 0, 0] == slope * 1.5


def test_channels_add_up() -> None:
    image = np.concatenate([ROW, 2 * ROW], axis=1)
    g, grid = np.array([1, -1], F).reshape(1, 2, 1, 1), np.zeros((1, 1, 1, 2), F)
    found = grid_sample_grid_grad(g, image, grid, align_corners=True)
    assert found[0, 0, 0, 0] == (5 - 10) * 1.5


def test_a_gradient_of_another_size_is_refused() -> None:
    grad, grid = np.ones((1, 2, 3, 4), F), np.ones((1, 3, 4, 2), F)
    with pytest.raises(SpecError, match="grid_sample_grid_grad: grid has batch 1, input has 2"):
        grid_sample_grid_grad(grad, np.ones((2, 2, 3, 4), F), grid)
    with pytest.raises(SpecError, match=r"grad has shape .*, grid_sample of input .* and grid"):
        grid_sample_grid_grad(grad, np.ones((1, 3, 3, 4), F), grid)
