"""Zeros, NaN and infinities have one result, and roots and logarithms their last bit."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from rounding.nearest import QUIET_NAN, Array, F, floats, one_row

from clgold.reference import correctly_rounded
from clgold.reference.rounding import round_fraction


@pytest.mark.parametrize(
    ("layer", "operands", "attributes"),
    [
        ("relu", (floats(-0.0, -1),), {}),
        ("add", (floats(-0.0, 1), floats(-0.0, -1)), {}),
        ("tanh", (floats(-0.0),), {}),
        ("max_pool2d", (one_row(-0.0),), {"kernel_size": 1}),
        ("concat", (floats(-0.0), floats(0)), {"dim": 0}),
        ("elu", (floats(-1),), {"alpha": -0.0}),
        ("linear", (floats(-(2.0**-100))[np.newaxis], floats(2.0**-100)[np.newaxis]), {}),
        ("linear", (floats(-(2.0**-75))[np.newaxis], floats(2.0**-75)[np.newaxis]), {}),
        ("log_softmax", (floats(0, -200),), {"dim": 0}),
    ],
)
def test_what_rounds_to_zero_is_plus_zero(
    layer: str, operands: tuple[Array, ...], attributes: dict[str, Any]
) -> None:
    y = correctly_rounded(layer, *operands, **attributes)
    assert y.flat[0] == 0
    assert not np.signbit(y[y == 0]).any()


@pytest.mark.parametrize(
    ("layer", "operands", "attributes"),
    [
        ("relu", (floats(1, 2),), {}),
        ("elu", (floats(1, 2),), {}),
        ("tanh", (floats(1, 2),), {}),
        ("sigmoid", (floats(1, 2),), {}),
        ("add", (floats(1, 2), floats(1, 2)), {}),
        ("softmax", (floats(1, 2),), {"dim": 0}),
        ("log_softmax", (floats(1, 2),), {"dim": 0}),
        ("concat", (floats(1, 2), floats(3)), {"dim": 0}),
        ("flatten", (floats(1, 2),), {}),
        ("reshape", (floats(1, 2),), {"shape": (2, 1)}),
        ("permute", (floats(1, 2),), {"dims": (0,)}),
        ("max_pool2d", (one_row(1, 2),), {"kernel_size": 1}),
        ("avg_pool2d", (one_row(1, 2),), {"kernel_size": 1}),
        ("lp_pool2d", (one_row(1, 2),), {"norm_type": 2, "kernel_size": 1}),
        ("local_response_norm", (floats(1, 2).reshape(1, 2, 1),), {"size": 1}),
        ("conv2d", (one_row(1, 2), np.ones((1, 1, 1, 1), F)), {}),
        ("local2d", (one_row(1, 2), np.ones((1, 1, 1, 1, 1, 1, 1, 2), F)), {"stride": 1}),
        ("linear", (floats(1, 2)[np.newaxis], np.ones((2, 2), F)), {}),
        ("scale_shift", (floats(1, 2)[np.newaxis], floats(1), floats(1, 1)[np.newaxis]), {}),
        ("batch_norm", (floats(1, 2)[np.newaxis], floats(0, 0), floats(1, 1)), {}),
        ("affine_grid", (floats(1, 0, 0, 0, 1, 0)[np.newaxis],), {"size": (1, 1, 2, 2)}),
        ("grid_sample", (one_row(1, 2), floats(-0.5, 0).reshape(1, 1, 1, 2)), {}),
        (
            "grid_sample",
            (one_row(1, 2), floats(-0.5, 0).reshape(1, 1, 1, 2)),
            {"mode": "nearest"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nan_has_always_the_same_bits(
    layer: str, operands: tuple[Array, ...], attributes: dict[str, Any]
) -> None:
    """Whatever the payload and the sign of the NaN in the data."""
    spoiled, *others = (o.copy() for o in operands)
    spoiled.view(np.uint32).flat[0] = 0xFFC12345
    y = correctly_rounded(layer, spoiled, *others, **attributes)
    assert np.isnan(y).any()
    assert set(y.view(np.uint32)[np.isnan(y)].tolist()) == {QUIET_NAN}


@pytest.mark.parametrize("layer", ["softmax", "log_softmax"])
def test_infinite_logits_are_certain(layer: str) -> None:
    x = np.array([[-np.inf, 0, -np.inf], [-np.inf, 2, 2]], np.float32)
    y = correctly_rounded(layer, x, dim=1)
    half = F(0.5) if layer == "softmax" else round_fraction(Fraction(-math.log(2)))
    nothing, certain = (0, 1) if layer == "softmax" else (-np.inf, 0)
    np.testing.assert_array_equal(y, [[nothing, certain, nothing], [nothing, half, half]])


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
@pytest.mark.parametrize(
    ("padding_mode", "expected"), [("zeros", [0, 0, 0]), ("border", [7, 9, 7])]
)
def test_points_that_are_not_finite_have_their_pixels(
    mode: str, padding_mode: str, expected: list[float]
) -> None:
    """−∞, ∞ and NaN: the first column, the last, and pixel 0; or outside."""
    points = np.array([[[[-np.inf, 0], [np.inf, 0], [np.nan, 0]]]], np.float32)
    attributes = {"mode": mode, "padding_mode": padding_mode}
    y = correctly_rounded("grid_sample", one_row(7, 8, 9), points, **attributes)
    np.testing.assert_array_equal(y[0, 0, 0], expected)


@pytest.mark.parametrize(
    ("pixels", "power", "expected"),
    [
        ([3, 4], 2, 5.0),
        ([2.0**-149, 0], 2, 2.0**-149),
        ([1, 2.0**-20, -1], 3, 2.0**-20),  # the cubes' sum is 0 in float64
        ([1, -(2.0**-20), -1], 3, np.nan),  # and here it is negative
        ([2.0**-100], 16, 2.0**-100),  # whose power is 2⁻¹⁶⁰⁰
        ([2.0**100], 16, 2.0**100),
    ],
)
def test_a_root_is_of_the_exact_sum(pixels: list[float], power: float, expected: float) -> None:
    y = correctly_rounded(
        "lp_pool2d", one_row(*pixels), norm_type=power, kernel_size=(1, len(pixels))
    )
    np.testing.assert_array_equal(y.item(), expected)


def test_a_certain_class_has_a_tiny_negative_logarithm() -> None:
    y = correctly_rounded("log_softmax", floats(0, -40), dim=0)
    assert y[0] == F(-math.exp(-40))
    assert y[1] == -40


HAIR = np.array([[[[-1e-45, 0]]]], F)  # float64 takes index 1 − 10⁻⁴⁵ for 1


@pytest.mark.parametrize("special", [np.inf, -np.inf, np.nan])
def test_a_point_a_hair_beside_a_pixel_sees_the_next_one_too(special: float) -> None:
    image = np.array([[[[special, 1, 2]]]], F)
    found = correctly_rounded("grid_sample", image, HAIR, align_corners=True)
    np.testing.assert_array_equal(found.item(), special)
    found = correctly_rounded("grid_sample", image, HAIR, align_corners=True, mode="nearest")
    assert found.item() == 1


def test_infinities_of_both_signs_make_no_number() -> None:
    image = np.array([[[[np.inf, 1, 2], [-np.inf, 3, 4]]]], F)
    assert np.isnan(correctly_rounded("grid_sample", image, HAIR, align_corners=True).item())
