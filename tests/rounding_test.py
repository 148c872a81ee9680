"""correctly_rounded is the nearest float32 to the exact result, and the same bits everywhere."""

import hashlib
import json
import math
import os
import subprocess
import sys
import venv
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from definitions import EXACT
from draws import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from clgold import reference
from clgold.golden.cases import Case
from clgold.reference import LAYERS, correctly_rounded, find_layer
from clgold.reference.generator import bell, uniform
from clgold.reference.rounding import (
    nearest_float32,
    round_fraction,
    round_sum,
    undecided,
)

Array = np.ndarray
F = np.float32
OVERFLOW = Fraction(2) ** 128  # where the number after the largest float32 would be
LARGEST = float(np.finfo(np.float32).max)
QUIET_NAN = 0x7FC00000
INEXACT = ("elu", "tanh", "sigmoid", "softmax", "log_softmax")  # powers of e: irrational
FLOATING = [layer.name for layer in LAYERS if layer.dtype is np.float32]


def as_fraction(value: Any) -> Fraction:
    """A definition's number as a fraction; what is smaller than 2⁻³⁰⁰⁰ keeps its sign only."""
    if not isinstance(value, mpmath.mpf):
        return value if isinstance(value, Fraction) else Fraction(float(value))
    mantissa, exponent = value.man_exp
    magnitude = Fraction(int(mantissa)) * Fraction(2) ** max(int(exponent), -3000)
    return -magnitude if value < 0 else magnitude


def place(y: np.float32) -> Fraction:
    """Where a float32 stands when roundings are compared; infinity is the next after the last."""
    return Fraction(float(y)) if np.isfinite(y) else int(np.sign(y)) * OVERFLOW


def neighbours(y: np.float32) -> tuple[np.float32, np.float32]:
    """The float32 before and after y."""
    with np.errstate(over="ignore"):
        return np.nextafter(y, F(-np.inf)), np.nextafter(y, F(np.inf))


def is_nearest(y: np.float32, exact: Fraction) -> bool:
    """Whether neither neighbour of y is nearer to the exact number, or as near and even."""
    distance = abs(place(y) - exact)
    least = min(abs(place(other) - exact) for other in neighbours(y) if other != y)
    even = not y.view(np.uint32) & 1
    return distance < least or (distance == least and bool(even))


def agrees(y: np.float32, exact: Any) -> bool:
    """Whether y is what the exact number rounds to, with the bits that zero and NaN have here."""
    if not math.isfinite(exact):
        return y.view(np.uint32) == QUIET_NAN if math.isnan(exact) else bool(y == exact)
    return is_nearest(y, as_fraction(exact)) and (y != 0 or not np.signbit(y))


def rounds_to_definition(layer: str, operands: tuple[Any, ...], attributes: dict[str, Any]) -> bool:
    """Whether every element is the nearest to the definition's."""
    got = correctly_rounded(layer, *operands, **attributes)
    exact = EXACT[layer](*operands, **attributes)
    assert got.dtype == np.float32
    assert got.shape == exact.shape
    return all(agrees(got[index], exact[index]) for index in np.ndindex(got.shape))


def floats(*values: float) -> Array:
    """Operands that are float32 without rounding."""
    array = np.array(values, np.float32)
    assert array.tolist() == list(values)
    return array


def one_row(*values: float) -> Array:
    """An image of one row, (1, 1, 1, W)."""
    return floats(*values).reshape(1, 1, 1, -1)


# Numbers of every size, and numbers on or next to the middle between two float32.
FLOAT32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def near_ties(draw: st.DrawFn) -> Fraction:
    y = F(draw(FLOAT32))
    middle = (place(y) + place(neighbours(y)[1])) / 2
    return middle + draw(st.sampled_from((-1, 0, 1))) * Fraction(1, 2 ** draw(st.integers(1, 500)))


@given(st.one_of(near_ties(), st.fractions(), FLOAT32.map(Fraction)))
def test_a_fraction_rounds_to_its_nearest_neighbour(value: Fraction) -> None:
    assert is_nearest(round_fraction(value), value)
    assert is_nearest(nearest_float32(value), value)


@given(near_ties(), st.lists(FLOAT32, max_size=5))
def test_a_sum_rounds_to_the_nearest_neighbour_of_the_exact_one(
    value: Fraction, others: list[float]
) -> None:
    """Two float64, the second the first's rounding error, and numbers that cancel."""
    high = float(value)
    terms = [high, float(value - Fraction(high)), *others, *(-x for x in others)]
    assert is_nearest(round_sum(terms), sum(map(Fraction, terms), Fraction(0)))


@given(st.lists(st.tuples(FLOAT32, FLOAT32), min_size=1, max_size=6))
def test_a_sum_of_products_rounds_to_its_nearest_neighbour(
    pairs: list[tuple[float, float]],
) -> None:
    terms = [x * w for x, w in pairs]
    assert is_nearest(nearest_float32(terms), sum(map(Fraction, terms), Fraction(0)))


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6))
def test_an_enclosed_number_rounds_to_its_nearest_neighbour(value: Fraction) -> None:
    """The square root of a square is known; that of another number is compared by squares."""
    root = nearest_float32(lambda c: c.sqrt(c.mpf(value.numerator) / c.mpf(value.denominator)))
    low, high = neighbours(root)
    assert ((place(low) + place(root)) / 2) ** 2 <= value <= ((place(root) + place(high)) / 2) ** 2


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (1.0, 2.0**-26, False),
        (1.0, 2.0**-25, False),  # the lower end is half-way to 1 − 2⁻²⁴, and goes to the even 1
        (1.0, 2.0**-24, True),
        (1.0 + 2.0**-24, 2.0**-60, False),  # the ends are this number again
        (1.0 + 2.0**-24, 2.0**-52, True),
        (0.0, 0.0, False),
        (0.0, 1e-60, True),  # +0 or −0: the sign is not known
        (LARGEST, 2.0**102, False),
        (2.0**128 - 2.0**103, 2.0**80, True),  # the largest, or infinity
        (np.inf, 1.0, False),
        (np.nan, 1.0, False),
        (1.0, np.inf, True),
        (1.0, np.nan, True),  # an unknown error decides nothing
    ],
)
def test_undecided_are_numbers_whose_ends_round_apart(
    value: float, error: float, expected: bool
) -> None:
    with np.errstate(all="ignore"):
        assert undecided(np.array([value]), np.array([error])).tolist() == [expected]


@pytest.mark.parametrize("layer", FLOATING)
@pytest.mark.parametrize("data", ["integers", "reals"])
def test_every_element_is_the_nearest_to_the_definitions(layer: str, data: str) -> None:
    @settings(max_examples=15)
    @given(cases(layer, data))
    def holds(case: Case) -> None:
        assert rounds_to_definition(layer, case.operands, case.attributes)

    holds()


@pytest.mark.parametrize("layer", [name for name in FLOATING if name not in INEXACT])
@pytest.mark.parametrize("power", [-147, -126, 120])
def test_so_are_subnormal_and_overflowing_ones(layer: str, power: int) -> None:
    """The first operand scaled to the smallest and the largest float32."""

    @settings(max_examples=10)
    @given(cases(layer, "reals"))
    def holds(case: Case) -> None:
        first, *others = case.operands
        scaled = np.ldexp(first, power).astype(np.float32)
        assert rounds_to_definition(layer, (scaled, *others), case.attributes)

    holds()


@pytest.mark.parametrize("layer", INEXACT)
@pytest.mark.parametrize("factor", [2.0**-140, 2.0**-12, 2.0])
def test_so_are_powers_of_e_near_zero_and_far_from_it(layer: str, factor: float) -> None:
    """Logits within ±56, whose powers are still seen beside 1 at the definitions' 700 bits."""

    @settings(max_examples=10)
    @given(cases(layer, "reals"))
    def holds(case: Case) -> None:
        (x,) = case.operands
        assert rounds_to_definition(layer, (x * F(factor),), case.attributes)

    holds()


@given(cases("argmax", "reals"))
def test_an_index_is_exact(case: Case) -> None:
    got = case.call(correctly_rounded, "argmax")
    assert got.dtype == np.int64
    np.testing.assert_array_equal(got, case.call(EXACT["argmax"]))


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
@settings(max_examples=20)
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


# One case per layer, large enough that BLAS shares the work out.
PINNED: dict[str, tuple[tuple[tuple[int, ...], ...], dict[str, Any]]] = {
    "conv2d": (((2, 32, 21, 19), (48, 32, 3, 3), (48,)), {"padding": 1, "stride": (2, 1)}),
    "local2d": (((2, 3, 17, 15), (4, 2, 3, 3, 5, 4, 7, 6)), {"stride": 2}),
    "linear": (((64, 2048), (96, 2048), (96,)), {}),
    "max_pool2d": (((2, 5, 17, 23),), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    "avg_pool2d": (((2, 5, 17, 23),), {"kernel_size": 3, "padding": 1, "ceil_mode": True}),
    "lp_pool2d": (((2, 5, 17, 23),), {"norm_type": 2.0, "kernel_size": (3, 2)}),
    "relu": (((3, 1000),), {}),
    "elu": (((3, 1000),), {"alpha": 1.6732632}),
    "tanh": (((3, 1000),), {}),
    "sigmoid": (((3, 1000),), {}),
    "batch_norm": (((2, 7, 11, 13), (7,), (7,), (7,), (7,)), {}),
    "local_response_norm": (((2, 19, 5, 7),), {"size": 5, "alpha": 5e-4, "k": 2.0}),
    "affine_grid": (((5, 2, 3),), {"size": (5, 1, 19, 23)}),
    "grid_sample": (((2, 3, 17, 23), (2, 19, 29, 2)), {"padding_mode": "reflection"}),
    "softmax": (((7, 1000),), {"dim": 1}),
    "log_softmax": (((7, 1000),), {"dim": 1}),
    "argmax": (((7, 1000),), {"dim": 1}),
    "scale_shift": (((3, 16, 9, 8), (1,), (1, 16, 9, 8)), {}),
    "concat": (((3, 4, 5), (3, 7, 5), (3, 1, 5)), {"dim": 1}),
    "flatten": (((3, 4, 5),), {}),
    "add": (((3, 1000), (3, 1000)), {}),
}

# The SHA-256 of their results' bytes. No machine, library or setting may change one of these.
DIGESTS = {
    "conv2d": "792fca8cf08852e0934519fcf1020718ad8eaf8d623e45f9bba4a71cc21cf178",
    "local2d": "a137dadf1f72e41319202da1698d794a58abf4a7c77c32aa3739753087b179dd",
    "linear": "5863379fa92e36f38ab7f75992d77faedcba2e0c68a0f843afe35201be1acb49",
    "max_pool2d": "f2581daf8b08da786db7fde59cca265420d66621685d21b77f7566760cdd3300",
    "avg_pool2d": "c033dcfb61f4c29a2205900d0f04900c07295f47e1298552e5617212f3cc9d14",
    "lp_pool2d": "32f1c864001cf9c094b9f6675ccab8b93017cf583c8e9c931d1597d21f44c133",
    "relu": "162966ca01921808efe8f857bb8e029c25f462688be1ba358b09e88e4ec208cc",
    "elu": "d45fc473a995ff0b6317dce498186b4f5cf4c726bcab110d65016ef0b4206372",
    "tanh": "53a029f23fc87b1d4d580d4c615b09786d72a4fcd58e48fb3eae9e076d600aa5",
    "sigmoid": "9417d8f44f526f6e7c5492ed26c46c5c73efb12c712265972d9090ee361f415e",
    "batch_norm": "b641748e478439d445c2ce604bfd34eb350efa776fac762bfa8eacac415dab27",
    "local_response_norm": "b1d5861915a9be25308c6d0c937d0d68bb169fec44302b420e4eda6f249f15a3",
    "affine_grid": "58529c81253df1b4164666ea254729bb79070e0ee390a0492acdd30f071ca625",
    "grid_sample": "42cf1e18b11f48705a5b233910189e0f67c23f4a6de22edb25fec05309760a6f",
    "softmax": "f5e6cd9c1b646be620b7e147ae62abd8555b9fedbf21a285e57c7b32c56e283c",
    "log_softmax": "79b39e992b479e016fa737cdbbbf6cc85decd65b85be35bb792819655c49aa4a",
    "argmax": "c7458f626bd72ef7fed4c333fe6b316311d8dd9a790b0ab377df294dd73e2a93",
    "scale_shift": "90af949b61baf121a2534b51e40230436588316d39971c2f85a8d5e3b369efd8",
    "concat": "af77e340ffc3134d4ee2fcdf72fe7066dc5f41d9caa04cd1204feb87dc4421c1",
    "flatten": "8dd0a9224f746dcdd3f87e356845fa54800b9dac8ffc71413940dbb4d4f14ba6",
    "add": "d46251a9a7e899e8e6099cf3a4102349dcbc1a67ee9f212e570addfeb76ea8a4",
}

# Reads the operands of every layer, prints the digests of its results and which SIMD was used.
PROGRAM = """
import hashlib, json, sys
import numpy as np
from clgold.reference import correctly_rounded
digests, data = {}, np.load(sys.argv[1])
for layer, (count, attributes) in json.loads(sys.argv[2]).items():
    result = correctly_rounded(layer, *(data[f"{layer}{k}"] for k in range(count)), **attributes)
    digests[layer] = hashlib.sha256(np.ascontiguousarray(result).tobytes()).hexdigest()
simd = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
print(json.dumps({"digests": digests, "simd": simd, "numpy": np.__version__}))
"""


def pinned(layer: str) -> tuple[Array, ...]:
    """The operands of a layer's case, straight from the generator, whose bits never change."""
    shapes, _ = PINNED[layer]
    names = find_layer(layer).names(len(shapes))
    return tuple(sample(name, shape) for name, shape in zip(names, shapes, strict=False))


def sample(name: str, shape: tuple[int, ...]) -> Array:
    if name == "grid":
        values = uniform(2024, name, shape, -2.5, 2.5)
    elif name == "running_var":
        values = uniform(2024, name, shape, 0.25, 4.0)
    else:
        values = bell(2024, name, shape)
    return values.astype(np.float32)


@pytest.fixture(scope="module")
def operands_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The operands of every pinned case, for other interpreters to read."""
    file = tmp_path_factory.mktemp("rounding") / "operands.npz"
    arrays = {f"{layer}{k}": values for layer in PINNED for k, values in enumerate(pinned(layer))}
    np.savez(file, allow_pickle=False, **arrays)
    return file


def elsewhere(file: Path, python: str = sys.executable, **settings: str) -> dict[str, Any]:
    """What PROGRAM prints under another interpreter or with other environment variables."""
    plan = {layer: (len(shapes), attributes) for layer, (shapes, attributes) in PINNED.items()}
    command = [python, "-W", "error", "-c", PROGRAM, str(file), json.dumps(plan)]
    environment = os.environ | settings
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_every_layer_is_pinned() -> None:
    assert list(PINNED) == list(DIGESTS) == [layer.name for layer in LAYERS]


@pytest.mark.parametrize("layer", PINNED)
def test_the_bits_are_those_that_they_always_were(layer: str) -> None:
    result = correctly_rounded(layer, *pinned(layer), **PINNED[layer][1])
    assert hashlib.sha256(result.tobytes()).hexdigest() == DIGESTS[layer]


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_bits_are_the_same_with_any_number_of_threads(
    operands_file: Path, threads: str
) -> None:
    found = elsewhere(operands_file, OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads)
    assert found["digests"] == DIGESTS


def test_the_bits_are_the_same_without_wide_vectors(operands_file: Path) -> None:
    """Everything that this NumPy would choose at run time is switched off."""
    available = elsewhere(operands_file)["simd"]
    found = elsewhere(operands_file, NPY_DISABLE_CPU_FEATURES=" ".join(available))
    assert found["simd"] == []
    assert found["digests"] == DIGESTS


def test_the_bits_are_the_same_with_another_blas_kernel(operands_file: Path) -> None:
    """OpenBLAS is told to take the processor for an old one; another library ignores it."""
    found = elsewhere(operands_file, OPENBLAS_CORETYPE="Nehalem")
    assert found["digests"] == DIGESTS


def test_the_bits_are_the_same_elsewhere_and_at_any_time(operands_file: Path) -> None:
    settings = {"LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"}
    assert elsewhere(operands_file, **settings)["digests"] == DIGESTS


@pytest.mark.slow
@pytest.mark.parametrize("release", ["2.0", "2.1"])
def test_the_bits_are_the_same_under_another_numpy(
    operands_file: Path, tmp_path: Path, release: str
) -> None:
    """The reference alone, in a virtual environment of its own."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    wanted = [f"numpy=={release}.*", "scipy", "mpmath"]
    install = [python, "-m", "pip", "install", "--only-binary", ":all:", *wanted]
    run = subprocess.run(install, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"pip cannot install {' '.join(wanted)}: {run.stderr}"
    package = tmp_path / "clgold"
    package.mkdir()
    (package / "reference").symlink_to(Path(reference.__file__).parent)
    found = elsewhere(operands_file, python, PYTHONPATH=str(tmp_path))
    assert found["numpy"].startswith(f"{release}.")
    assert found["digests"] == DIGESTS
