"""lp_pool2d is what its definition says; what has no real root is NaN."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, avg_pool2d, error_bound, find_layer, lp_pool2d

IMAGE = (1, 2, 5, 7)

REFUSALS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "lp_pool2d: norm_type is 0.0, expected more than 0": (
        IMAGE,
        {"norm_type": 0, "kernel_size": 2},
    ),
    "lp_pool2d: norm_type is -1.0, expected more than 0": (
        IMAGE,
        {"norm_type": -1, "kernel_size": 2},
    ),
    "lp_pool2d: a window spans 8 in width, input with padding has 7": (
        IMAGE,
        {"norm_type": 2, "kernel_size": (1, 8)},
    ),
}


@given(st.one_of(cases("lp_pool2d", "integers"), cases("lp_pool2d", "reals")))
def test_positive_pixels_give_the_definition_to_a_few_roundings(case: Case) -> None:
    x = np.abs(case.operands[0])
    expected = definitions.lp_pool2d(x, **case.attributes)
    assert definitions.close(lp_pool2d(x, **case.attributes), expected, expected)


@given(cases("lp_pool2d", "reals"), st.sampled_from((2.0, 4.0, 6.0)))
def test_an_even_power_takes_no_sign(case: Case, power: float) -> None:
    (x,) = case.operands
    attributes = case.attributes | {"norm_type": power}
    expected = definitions.lp_pool2d(x, **attributes)
    assert definitions.close(lp_pool2d(x, **attributes), expected, expected)


@given(cases("lp_pool2d", "integers"))
def test_nan_stands_exactly_where_the_definition_has_no_real_root(case: Case) -> None:
    """Sums of the powers of small integers are exact, and so are their signs."""
    expected = case.call(definitions.lp_pool2d)
    np.testing.assert_allclose(case.call(lp_pool2d), expected, rtol=1e-13, equal_nan=True)


@given(cases("lp_pool2d", "integers"))
def test_the_power_1_sums_with_the_sign(case: Case) -> None:
    (x,) = case.operands
    attributes = case.attributes | {"norm_type": 1}
    sums = lp_pool2d(x, **attributes)
    del attributes["norm_type"]
    means = avg_pool2d(x, **attributes)
    taps = np.prod(attributes["kernel_size"])
    np.testing.assert_allclose(sums, taps * means, rtol=1e-13, atol=1e-12)


@given(cases("lp_pool2d", "integers"))
def test_output_has_one_element_per_window(case: Case) -> None:
    expected = case.call(definitions.lp_pool2d).shape
    assert find_layer("lp_pool2d").out_shape(*case.shapes, **case.attributes) == expected


@given(
    size=st.integers(1, 12), kernel=st.integers(1, 5), stride=st.integers(1, 6), ceil=st.booleans()
)
def test_a_shape_is_refused_exactly_when_there_is_no_window(
    size: int, kernel: int, stride: int, ceil: bool
) -> None:
    count = len(definitions.starts(size, kernel, stride, (0, 0), ceil_mode=ceil))
    attributes: dict[str, Any] = {
        "norm_type": 2,
        "kernel_size": (1, kernel),
        "stride": (1, stride),
        "ceil_mode": ceil,
    }
    if count:
        shape = find_layer("lp_pool2d").out_shape((1, 1, 1, size), **attributes)
        assert shape == (1, 1, 1, count)
    else:
        with pytest.raises(SpecError, match="lp_pool2d: a window spans"):
            find_layer("lp_pool2d").out_shape((1, 1, 1, size), **attributes)


@given(cases("lp_pool2d", "reals"))
def test_float32_kernels_of_every_form_stay_inside_the_bound(case: Case) -> None:
    x = np.abs(case.operands[0])
    exact = definitions.lp_pool2d(x, **case.attributes)
    bound = error_bound("lp_pool2d", x, **case.attributes)
    assert np.all(np.isfinite(bound))
    assert definitions.inside(honest.lp_pool2d(x, **case.attributes), exact, bound)


@given(cases("lp_pool2d", "reals"))
def test_float32_kernels_of_signed_pixels_stay_inside_the_bound(case: Case) -> None:
    """Where the sum's sign is in doubt the bound is infinite, and NaN may come out."""
    exact, bound = case.call(definitions.lp_pool2d), case.call(error_bound, "lp_pool2d")
    known = np.isfinite(bound) & ~np.isnan(exact)
    with np.errstate(invalid="ignore"):
        outputs = case.call(honest.lp_pool2d)
    assert definitions.inside([output[known] for output in outputs], exact[known], bound[known])


@pytest.mark.parametrize(
    ("pixels", "power", "expected"),
    [
        ([3, 4], 2, 5.0),
        ([-3, 4], 2, 5.0),
        ([-3, 4], 1, 1.0),
        ([-4, 3], 1, -1.0),
        ([-1, -2, 1, 1], 3, np.nan),  # −1 − 8 + 1 + 1 = −7
        ([-1, -2, 1, 4, 3, 1], 3, 84.0 ** (1 / 3)),
        ([-3, 4], 1.5, np.nan),  # (−3)^1.5
        ([4, 9], 0.5, 25.0),
        ([0, 0], 2, 0.0),
    ],
)
def test_the_power_is_of_x_and_not_of_its_absolute_value(
    pixels: list[float], power: float, expected: float
) -> None:
    x = np.array(pixels, np.float32).reshape(1, 1, 1, -1)
    y = lp_pool2d(x, power, (1, len(pixels)))
    np.testing.assert_allclose(y.item(), expected, rtol=1e-15, equal_nan=True)


def test_an_overhanging_window_is_scaled_up_to_a_whole_one() -> None:
    x = np.array([3, 4, 5], np.float32).reshape(1, 1, 1, 3)
    y = lp_pool2d(x, 2, (1, 2), ceil_mode=True)
    np.testing.assert_allclose(y[0, 0, 0], [5, 50**0.5], rtol=1e-15)


def test_stride_defaults_to_the_windows_size() -> None:
    x = np.arange(70, dtype=np.float32).reshape(1, 1, 7, 10)
    np.testing.assert_array_equal(lp_pool2d(x, 2, (2, 3)), lp_pool2d(x, 2, (2, 3), stride=(2, 3)))


def test_special_values_reach_only_the_windows_that_hold_them() -> None:
    x = np.array([3, 4, np.nan, 4, -np.inf, 6], np.float32).reshape(1, 1, 1, 6)
    np.testing.assert_array_equal(lp_pool2d(x, 2, (1, 2))[0, 0, 0], [5, np.nan, np.inf])


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shape, attributes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        lp_pool2d(*untouchable(shape), **attributes)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("lp_pool2d").out_shape(shape, **attributes)
