"""Ties go to the even number, and a little beyond a tie is none, though float64 sees one."""

import math
from typing import Any

import numpy as np
import pytest
from rounding.nearest import LARGEST, Array, F, floats, one_row

from clgold.reference import correctly_rounded
from clgold.reference.rounding import round_sum

# From 1 + a little: the sum 1 + 2⁻²⁴ lies half-way between 1, which is even, and 1 + 2⁻²³; what
# is added beyond that is lost in float64, where the result would be a tie again.
TIE, BEYOND = 2.0**-24, 2.0**-100
TIES: dict[str, tuple[str, tuple[Array, ...], dict[str, Any]]] = {
    "linear": ("linear", (floats(1, TIE, BEYOND)[np.newaxis], np.ones((1, 3), F)), {}),
    "conv2d": ("conv2d", (one_row(1, TIE, BEYOND), np.ones((1, 1, 1, 3), F)), {}),
    "local2d": (
        "local2d",
        (one_row(1, TIE, BEYOND), np.ones((1, 1, 1, 1, 1, 3, 1, 1), F)),
        {"stride": 1},
    ),
    "avg_pool2d": ("avg_pool2d", (one_row(2, 2, 4 * TIE, BEYOND),), {"kernel_size": (1, 4)}),
    "lp_pool2d": (
        "lp_pool2d",
        (one_row(1, TIE, BEYOND),),
        {"norm_type": 1, "kernel_size": (1, 3)},
    ),
    "batch_norm": (
        "batch_norm",
        (floats(1)[np.newaxis], floats(-TIE), floats(1), floats(1), floats(BEYOND)),
        {"eps": 0.0},
    ),
    "local_response_norm": (
        "local_response_norm",
        (floats(1).reshape(1, 1, 1),),
        {"size": 1, "alpha": BEYOND, "beta": -1.0, "k": 1 + TIE},
    ),
    "affine_grid": (
        "affine_grid",
        (floats(2 * TIE, 2 * BEYOND, 1, 0, 0, 1)[np.newaxis],),
        {"size": (1, 1, 2, 2)},
    ),
    "grid_sample": (
        "grid_sample",
        (floats(2, 2, 4 * TIE, BEYOND).reshape(1, 1, 2, 2), np.zeros((1, 1, 1, 2), F)),
        {},
    ),
}


@pytest.mark.parametrize("case", TIES)
def test_a_little_beyond_a_tie_is_not_a_tie(case: str) -> None:
    layer, operands, attributes = TIES[case]
    assert correctly_rounded(layer, *operands, **attributes).flat[
        -2 * (layer == "affine_grid")
    ] == (1 + 2.0**-23)


@pytest.mark.parametrize("case", TIES)
def test_an_exact_tie_goes_to_the_even_number(case: str) -> None:
    layer, operands, attributes = TIES[case]
    whole = [np.where(np.abs(o) <= 2 * BEYOND, F(0), o).astype(F) for o in operands]
    if "alpha" in attributes:
        attributes = attributes | {"alpha": 0.0}
    assert correctly_rounded(layer, *whole, **attributes).flat[-2 * (layer == "affine_grid")] == 1


def test_the_trap_is_one() -> None:
    """Rounded to float64 first, the sum is the tie, and then rounds to the wrong neighbour."""
    twice = F(math.fsum((1, TIE, BEYOND)))
    assert twice == 1
    assert round_sum([1, TIE, BEYOND]) == 1 + 2.0**-23


@pytest.mark.parametrize(
    ("layer", "operands", "attributes", "expected"),
    [
        # (1 + 2⁻²³)(1 − 2⁻²³)·2⁻²⁴ = 2⁻²⁴ − 2⁻⁷⁰
        (
            "scale_shift",
            (
                floats(1 + 2.0**-23)[np.newaxis],
                floats(TIE * (1 - 2.0**-23)),
                floats(1 + 2.0**-23)[np.newaxis],
            ),
            {},
            [[1 + 2.0**-23]],
        ),
        ("add", (floats(1, 1 + 2.0**-23), floats(TIE, TIE)), {}, [1, 1 + 2.0**-22]),
        # −¼·(eˣ − 1) = 183.5 of the smallest numbers, less x²/8
        ("elu", (floats(-734 * 2.0**-149),), {"alpha": -0.25}, [183 * 2.0**-149]),
        # ½ + x/4 − x³/48 with x/4 = 3·2⁻²⁵, half-way between 2⁻²⁴ and 2⁻²³
        ("sigmoid", (floats(3 * 2.0**-23),), {}, [0.5 + TIE]),
        # −(1 + 3·2⁻²⁴)(1 − e⁻²⁰⁰), just inside half-way between 1 + 2⁻²³ and 1 + 2⁻²²
        ("elu", (floats(-200),), {"alpha": 1 + 3 * TIE}, [-(1 + 2.0**-23)]),
        # the same with e⁻³⁰⁰⁰, which is beyond any precision worth trying
        ("elu", (floats(-3000),), {"alpha": 1 + 3 * TIE}, [-(1 + 2.0**-23)]),
        # −(200 + 2⁻¹⁷) − ln(1 + e⁻²⁰⁰), just outside half-way between 200 and 200 + 2⁻¹⁶
        ("log_softmax", (floats(200, -(2.0**-17)),), {"dim": 0}, [0, -200 - 2.0**-16]),
        # the same for 3000, and for 2²⁴ + 1; the first element is −e⁻³⁰⁰⁰
        ("log_softmax", (floats(3000, -(2.0**-13)),), {"dim": 0}, [0, -3000 - 2.0**-12]),
        ("log_softmax", (floats(2.0**24, -1),), {"dim": 0}, [0, -(2.0**24) - 2]),
    ],
)
def test_the_rest_decides_even_where_float64_sees_a_tie(
    layer: str, operands: tuple[Array, ...], attributes: dict[str, Any], expected: list[float]
) -> None:
    np.testing.assert_array_equal(correctly_rounded(layer, *operands, **attributes), expected)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([1.5 * 2.0**-149], 2.0**-148),  # between 1 and 2 of the smallest: to the even 2
        ([2.5 * 2.0**-149], 2.0**-148),
        ([2.0**-150], 0.0),
        ([2.0**-150, 2.0**-200], 2.0**-149),
        ([2.0**-126, -(2.0**-150)], 2.0**-126),  # between the largest subnormal and a normal
        ([2.0**-126, -(2.0**-150), -(2.0**-210)], 2.0**-126 - 2.0**-149),
        ([LARGEST, 2.0**103], np.inf),  # half-way to 2¹²⁸: to the even
        ([LARGEST, 2.0**103, -(2.0**-200)], LARGEST),
        ([LARGEST, 2.0**103, 2.0**76], np.inf),
        ([-LARGEST, -(2.0**103)], -np.inf),
        ([LARGEST, LARGEST, -LARGEST], LARGEST),
    ],
)
def test_the_smallest_and_the_largest_numbers_round_like_any_other(
    terms: list[float], expected: float
) -> None:
    """As products of two float32, each with an exponent half as far out."""
    halves = [(math.ldexp(m, e - e // 2), math.ldexp(1, e // 2)) for m, e in map(math.frexp, terms)]
    x, w = (floats(*factor)[np.newaxis] for factor in zip(*halves, strict=True))
    assert correctly_rounded("linear", x, w).item() == expected
    assert round_sum(terms) == expected
