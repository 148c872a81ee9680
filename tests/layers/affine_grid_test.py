"""affine_grid is what its definition says, with both meanings of ±1."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shape, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, affine_grid, error_bound, find_layer

THETA, SIZE = (2, 2, 3), (2, 1, 4, 5)
IDENTITY = np.array([[[1, 0, 0], [0, 1, 0]]], np.float32)

REFUSALS: dict[str, tuple[Shape, dict[str, Any]]] = {
    "affine_grid: theta has shape (2, 3, 2), expected (N, 2, 3) or (N, 6)": (
        (2, 3, 2),
        {"size": SIZE},
    ),
    "affine_grid: theta has shape (2, 5), expected (N, 2, 3) or (N, 6)": ((2, 5), {"size": SIZE}),
    "affine_grid: theta has batch 3, size has 2": ((3, 6), {"size": SIZE}),
}


@given(st.one_of(cases("affine_grid", "integers"), cases("affine_grid", "reals")))
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    (theta,) = case.operands
    magnitude = np.abs(theta).reshape(len(theta), 2, 3).sum(axis=2)[:, np.newaxis, np.newaxis]
    expected = case.call(definitions.affine_grid)
    assert definitions.close(case.call(affine_grid), expected, magnitude)


@pytest.mark.parametrize(("height", "width", "align_corners"), [(8, 4, False), (5, 9, True)])
def test_dyadic_centres_give_the_definition_exactly(
    height: int, width: int, align_corners: bool
) -> None:
    attributes = {"size": (2, 1, height, width), "align_corners": align_corners}
    case = Case("affine_grid", "exact", ((2, 6),), attributes, seed=4)
    expected = case.call(definitions.affine_grid)
    np.testing.assert_array_equal(case.call(affine_grid), expected, strict=True)


@given(cases("affine_grid", "integers"))
def test_output_has_a_point_per_pixel(case: Case) -> None:
    n, _, h, w = case.attributes["size"]
    layer = find_layer("affine_grid")
    assert layer.out_shape(*case.shapes, **case.attributes) == (n, h, w, 2)


@given(cases("affine_grid", "reals"))
def test_a_linear_layers_six_outputs_are_the_matrix(case: Case) -> None:
    (theta,) = case.operands
    flat, matrix = theta.reshape(-1, 6), theta.reshape(-1, 2, 3)
    np.testing.assert_array_equal(
        affine_grid(flat, **case.attributes), affine_grid(matrix, **case.attributes)
    )


@given(cases("affine_grid", "reals"))
def test_float32_kernels_in_either_order_stay_inside_the_bound(case: Case) -> None:
    exact, bound = case.call(definitions.affine_grid), case.call(error_bound, "affine_grid")
    assert definitions.inside(case.call(honest.affine_grid), exact, bound)


def test_the_identity_names_every_pixels_centre() -> None:
    grid = affine_grid(IDENTITY, (1, 1, 2, 4))
    np.testing.assert_array_equal(grid[0, 0, :, 0], [-0.75, -0.25, 0.25, 0.75])
    np.testing.assert_array_equal(grid[0, :, 0, 1], [-0.5, 0.5])


def test_aligned_corners_lie_on_the_outer_pixels() -> None:
    grid = affine_grid(IDENTITY, (1, 1, 3, 5), align_corners=True)
    np.testing.assert_array_equal(grid[0, 0, :, 0], [-1, -0.5, 0, 0.5, 1])
    np.testing.assert_array_equal(grid[0, :, 0, 1], [-1, 0, 1])


@pytest.mark.parametrize("align_corners", [False, True])
def test_a_single_pixel_lies_in_the_middle(align_corners: bool) -> None:
    grid = affine_grid(IDENTITY, (1, 1, 1, 1), align_corners)
    np.testing.assert_array_equal(grid, np.zeros((1, 1, 1, 2)))


def test_the_first_row_of_theta_gives_x() -> None:
    theta = np.array([[[2, 0, 0.5], [0, 1, 0]]], np.float32)
    grid = affine_grid(theta, (1, 1, 2, 2))
    np.testing.assert_array_equal(grid[0, 0], [[-0.5, -0.5], [1.5, -0.5]])


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shape, attributes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        affine_grid(*untouchable(shape), **attributes)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("affine_grid").out_shape(shape, **attributes)
