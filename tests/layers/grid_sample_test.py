"""grid_sample is what its definition says, inside the image, on its edges and beyond them."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shape, cases, untouchable
from hypothesis import given
from scipy import ndimage

from clgold.reference import (
    FULL,
    Enclosure,
    SpecError,
    affine_grid,
    error_bound,
    find_layer,
    grid_sample,
)
from clgold.reference.evaluate import enclose

IMAGE, GRID = (2, 3, 4, 5), (2, 6, 7, 2)
IDENTITY = np.array([[[1, 0, 0], [0, 1, 0]]], np.float32)
MODES = ("bilinear", "nearest")
PADDINGS = ("zeros", "border", "reflection")

REFUSALS: dict[str, tuple[Shape, Shape, dict[str, Any]]] = {
    "grid_sample: grid has 3 coordinates a point, expected 2 (x, y)": (IMAGE, (2, 6, 7, 3), {}),
    "grid_sample: grid has batch 1, input has 2": (IMAGE, (1, 6, 7, 2), {}),
}


def points(*coordinates: tuple[float, float]) -> np.ndarray:
    """A grid (1, 1, len, 2) of these (x, y)."""
    return np.array([[coordinates]], np.float32)


@given(cases("grid_sample", "integers"))
def test_dyadic_points_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.grid_sample)
    np.testing.assert_array_equal(case.call(grid_sample), expected, strict=True)


@given(cases("grid_sample", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    x, _ = case.operands
    magnitude = float(np.abs(x).max()) * sum(x.shape[2:])
    expected = case.call(definitions.grid_sample)
    assert definitions.close(case.call(grid_sample), expected, magnitude)


@given(cases("grid_sample", "integers"))
def test_output_has_a_value_per_channel_and_point(case: Case) -> None:
    expected = case.call(definitions.grid_sample).shape
    assert find_layer("grid_sample").out_shape(*case.shapes, **case.attributes) == expected


@given(cases("grid_sample", "integers"))
def test_scipy_interpolates_to_the_same_values(case: Case) -> None:
    """scipy's grid-constant is zeros, nearest is border, mirror and reflect are reflection."""
    image, grid = case.operands
    aligned = case.attributes["align_corners"]
    outside = {
        "zeros": "grid-constant",
        "border": "nearest",
        "reflection": "mirror" if aligned else "reflect",
    }[case.attributes["padding_mode"]]
    output = grid_sample(image, grid, "bilinear", case.attributes["padding_mode"], aligned)
    for n, c in np.ndindex(image.shape[:2]):
        indices = [
            (grid[n, ..., k] + 1.0) / 2 * (size - 1 if aligned else size) - (0 if aligned else 0.5)
            for k, size in ((1, image.shape[2]), (0, image.shape[3]))
        ]
        doubled = image[n, c].astype(np.float64)
        expected = ndimage.map_coordinates(doubled, indices, order=1, mode=outside)
        np.testing.assert_allclose(output[n, c], expected, rtol=0, atol=1e-12)


@given(cases("grid_sample", "reals"))
def test_float32_kernels_of_every_form_stay_inside_the_bound(case: Case) -> None:
    smooth = case.attributes | {"mode": "bilinear"}
    exact = definitions.grid_sample(*case.operands, **smooth)
    bound = error_bound("grid_sample", *case.operands, **smooth)
    assert definitions.inside(honest.grid_sample(*case.operands, **smooth), exact, bound)


@pytest.mark.parametrize("padding_mode", PADDINGS)
@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("flat", [False, True])
def test_float32_kernels_stay_inside_the_bound_on_wide_images(
    padding_mode: str, align_corners: bool, flat: bool
) -> None:
    """Coordinates err most here; in a flat image they cost nothing, only the blending rounds."""
    attributes: dict[str, Any] = {
        "mode": "bilinear",
        "padding_mode": padding_mode,
        "align_corners": align_corners,
    }
    x, grid = Case("grid_sample", "real", ((1, 1, 3, 224), (1, 8, 16, 2)), {}, seed=6).operands
    image = np.full_like(x, x[0, 0, 0, 0]) if flat else x
    exact = definitions.grid_sample(image, grid, **attributes)
    bound = error_bound("grid_sample", image, grid, **attributes)
    assert definitions.inside(honest.grid_sample(image, grid, **attributes), exact, bound)


@given(cases("grid_sample", "reals"))
def test_float32_kernels_pick_one_of_the_choices(case: Case) -> None:
    nearest = case.attributes | {"mode": "nearest"}
    given_exactly = tuple(Enclosure(o.astype(np.float64)) for o in case.operands if o is not None)
    found = enclose(find_layer("grid_sample"), given_exactly, nearest, FULL)
    assert found.choices is not None
    for output in honest.grid_sample(*case.operands, **nearest):
        assert np.all((np.abs(output - found.choices) <= found.radius).any(axis=0))


def test_choices_at_a_boundary_are_the_pixels_on_both_sides() -> None:
    image = np.array([[[[1, 2]]]], np.float32)
    operands = tuple(Enclosure(o.astype(np.float64)) for o in (image, points((0.0, 0.0))))
    found = enclose(find_layer("grid_sample"), operands, {"mode": "nearest"}, FULL)
    assert found.choices is not None
    assert set(found.choices.flat) == {1.0, 2.0}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding_mode", PADDINGS)
@pytest.mark.parametrize("align_corners", [False, True])
def test_the_identity_warp_is_the_identity(
    mode: str, padding_mode: str, align_corners: bool
) -> None:
    (x, _) = Case("grid_sample", "exact", ((1, 2, 5, 9), (1, 1, 1, 2)), {}, seed=5).operands
    grid = affine_grid(IDENTITY, x.shape, align_corners).astype(np.float32)
    warped = grid_sample(x, grid, mode, padding_mode, align_corners)
    np.testing.assert_allclose(warped, x, rtol=0, atol=1e-5)


def test_x_runs_along_a_row_and_y_down_a_column() -> None:
    image = np.array([[[[1, 2], [3, 4]]]], np.float32)
    corners = points((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5))
    np.testing.assert_array_equal(grid_sample(image, corners)[0, 0, 0], [1, 2, 3, 4])


def test_plus_and_minus_one_are_the_edges_or_the_outer_centres() -> None:
    image = np.array([[[[2, 4]]]], np.float32)
    edges = points((-1.0, 0.0), (1.0, 0.0))
    np.testing.assert_array_equal(grid_sample(image, edges)[0, 0, 0], [1, 2])
    aligned = grid_sample(image, edges, align_corners=True)
    np.testing.assert_array_equal(aligned[0, 0, 0], [2, 4])


def test_nearest_takes_the_even_pixel_of_two_as_near() -> None:
    image = np.array([[[[0, 1, 2, 3]]]], np.float32)
    between = points((-0.5, 0.0), (0.0, 0.0), (0.5, 0.0))  # indices 0.5, 1.5, 2.5
    np.testing.assert_array_equal(grid_sample(image, between, "nearest")[0, 0, 0], [0, 2, 2])


@pytest.mark.parametrize(
    ("align_corners", "coordinate", "index"),
    [
        (True, 7.0, 0.0),  # 12 bounces at 3, 0, 3 and 0
        (True, -1.5, 0.75),  # −0.75 bounces at 0
        (False, 1.5, 2.5),  # 4.5 bounces at 3.5
        (False, 1.125, 3.0),  # 3.75 bounces to 3.25, which is clamped
        (False, -4.5, 0.5),  # −7.5 bounces at −0.5 and 3.5
    ],
)
def test_reflection_bounces_as_often_as_it_takes(
    align_corners: bool, coordinate: float, index: float
) -> None:
    image = np.array([[[[0, 1, 2, 3]]]], np.float32)
    found = grid_sample(image, points((coordinate, 0.0)), "bilinear", "reflection", align_corners)
    expected = definitions.grid_sample(
        image,
        points((coordinate, 0.0)),
        mode="bilinear",
        padding_mode="reflection",
        align_corners=align_corners,
    )
    assert found.item() == expected.item() == index


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("padding_mode", "expected"), [("zeros", 0), ("border", 7), ("reflection", 7)]
)
def test_a_nan_coordinate_is_outside_or_at_pixel_0(
    mode: str, padding_mode: str, expected: float
) -> None:
    image = np.array([[[[7, 8], [9, 10]]]], np.float32)
    y = grid_sample(image, points((np.nan, np.nan)), mode, padding_mode)
    assert y.item() == expected


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("padding_mode", "expected"), [("zeros", [0, 0]), ("border", [7, 9])])
def test_infinity_is_as_far_outside_as_can_be(
    mode: str, padding_mode: str, expected: list[float]
) -> None:
    image = np.array([[[[7, 8, 9]]]], np.float32)
    ends = points((-np.inf, 0.0), (np.inf, 0.0))
    np.testing.assert_array_equal(grid_sample(image, ends, mode, padding_mode)[0, 0, 0], expected)


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    image, grid, attributes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        grid_sample(*untouchable(image, grid), **attributes)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("grid_sample").out_shape(image, grid, **attributes)
