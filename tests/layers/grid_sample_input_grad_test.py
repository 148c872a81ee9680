"""grid_sample_input_grad gives every point's gradient to the pixels that were read there."""

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, error_bound, grid_sample, grid_sample_input_grad

ANY = st.one_of(
    cases("grid_sample_input_grad", "integers"), cases("grid_sample_input_grad", "reals")
)
F = np.float32


def points(*coordinates: tuple[float, float]) -> np.ndarray:
    """A grid (1, 1, len, 2) of these (x, y)."""
    return np.array([[coordinates]], F)


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["grid_sample_input_grad"]))
    size = np.abs(case.operands[0]).sum() * sum(case.attributes["input_size"][2:])
    assert definitions.close(case.call(grid_sample_input_grad), expected, size)


@given(cases("grid_sample_input_grad", "reals"))
def test_it_is_the_transposed_of_the_sampler(case: Case) -> None:
    g, grid = case.operands
    given = dict(case.attributes)
    size = given.pop("input_size")
    x = np.cos(np.arange(np.prod(size))).astype(F).reshape(size)
    there = (g * grid_sample(x, grid, **given)).sum()
    back = (grid_sample_input_grad(g, grid, size, **given) * x).sum()
    assert abs(there - back) <= 1e-9 * np.abs(g).sum()


def test_points_at_one_place_add_up_and_those_outside_are_dropped() -> None:
    grid, g = points((0.0, 0.0), (0.0, 0.0), (-3.0, 0.0)), np.array([1, 2, 4], F)
    found = grid_sample_input_grad(g.reshape(1, 1, 1, 3), grid, (1, 1, 1, 2))
    np.testing.assert_array_equal(found.ravel(), [1.5, 1.5])
    found = grid_sample_input_grad(g.reshape(1, 1, 1, 3), grid, (1, 1, 1, 2), "bilinear", "border")
    np.testing.assert_array_equal(found.ravel(), [5.5, 1.5])


def test_where_the_nearest_pixel_may_be_either_each_may_be_off_by_the_gradient() -> None:
    g = np.full((1, 1, 1, 1), 3, F)
    for x, due in ((0.0, [3, 3]), (0.25, [0, 0])):
        case = points((x, 0.0)), {"input_size": (1, 1, 1, 2), "mode": "nearest"}
        found = error_bound("grid_sample_input_grad", g, case[0], **case[1]).ravel()
        np.testing.assert_allclose(found, due, rtol=1e-5)


def test_clamped_places_are_exact() -> None:
    g, grid = np.full((1, 1, 1, 1), 3, F), points((1.5, 2.5))
    given = {"input_size": (1, 1, 4, 5), "padding_mode": "border"}
    assert not error_bound("grid_sample_input_grad", g, grid, **given).any()


def test_an_infinite_gradient_reaches_no_pixel_beyond_its_own() -> None:
    g, grid = np.full((1, 1, 1, 1), np.inf, F), points((0.3, 0.3))
    found = grid_sample_input_grad(g, grid, (1, 1, 8, 8))
    assert np.isinf(found).sum() == 4
    assert not found[~np.isinf(found)].any()
    bound = error_bound("grid_sample_input_grad", g, grid, input_size=(1, 1, 8, 8))
    assert not bound[~np.isinf(found)].any()


def test_a_gradient_of_another_size_is_refused() -> None:
    with pytest.raises(
        SpecError, match=r"grid_sample_input_grad: grad has shape .*, grid_sample of"
    ):
        grid_sample_input_grad(np.ones((1, 2, 3, 4), F), np.ones((1, 3, 5, 2), F), (1, 2, 6, 7))
