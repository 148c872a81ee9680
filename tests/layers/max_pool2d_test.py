"""max_pool2d is what its definition says, overhanging windows and NaN included."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from draws import Case, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, error_bound, find_layer, max_pool2d

IMAGE = (1, 2, 5, 7)

REFUSALS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "max_pool2d: stride[0] is -1": (IMAGE, {"kernel_size": 2, "stride": (-1, 1)}),
    "max_pool2d: dilation is 0": (IMAGE, {"kernel_size": 2, "dilation": 0}),
    "max_pool2d: padding is 2, expected at most half of the window, 1": (
        IMAGE,
        {"kernel_size": 3, "padding": ((0, 0), (0, 2))},
    ),
    "max_pool2d: padding is 1, expected at most half of the window, 0": (
        IMAGE,
        {"kernel_size": (3, 1), "padding": 1},
    ),
    "max_pool2d: a window spans 6 in height, input with padding has 5": (
        IMAGE,
        {"kernel_size": (6, 2)},
    ),
}


@given(cases("max_pool2d", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.max_pool2d)
    np.testing.assert_array_equal(case.call(max_pool2d), expected, strict=True)


@given(cases("max_pool2d", "reals"))
def test_reals_give_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(max_pool2d), case.call(definitions.max_pool2d))


@given(cases("max_pool2d", "integers"))
def test_negative_windows_have_negative_maxima(case: Case) -> None:
    (x,) = case.operands
    negative = -1 - np.abs(x)
    maxima = max_pool2d(negative, **case.attributes)
    np.testing.assert_array_equal(maxima, definitions.max_pool2d(negative, **case.attributes))
    assert np.all(maxima < 0)


@given(cases("max_pool2d", "integers"), st.integers(0, 10**6))
def test_a_nan_in_the_window_gives_nan(case: Case, place: int) -> None:
    (x,) = case.operands
    x.flat[place % x.size] = np.nan
    expected = definitions.max_pool2d(x, **case.attributes)
    np.testing.assert_array_equal(max_pool2d(x, **case.attributes), expected)


@given(cases("max_pool2d", "integers"))
def test_output_has_one_element_per_window(case: Case) -> None:
    expected = case.call(definitions.max_pool2d).shape
    assert find_layer("max_pool2d").out_shape(*case.shapes, **case.attributes) == expected


@given(
    size=st.integers(1, 12),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 6),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    dilation=st.integers(1, 3),
    ceil_mode=st.booleans(),
)
def test_a_shape_is_refused_exactly_when_there_is_no_window(
    size: int,
    kernel: int,
    stride: int,
    padding: tuple[int, int],
    dilation: int,
    ceil_mode: bool,
) -> None:
    span = (kernel - 1) * dilation + 1
    around = (min(padding[0], span // 2), min(padding[1], span // 2))
    count = len(definitions.starts(size, span, stride, around, ceil_mode=ceil_mode))
    attributes: dict[str, Any] = {
        "kernel_size": (1, kernel),
        "stride": (1, stride),
        "padding": ((0, 0), around),
        "dilation": (1, dilation),
        "ceil_mode": ceil_mode,
    }
    if count:
        shape = find_layer("max_pool2d").out_shape((1, 1, 1, size), **attributes)
        assert shape == (1, 1, 1, count)
    else:
        with pytest.raises(SpecError, match="max_pool2d: a window spans"):
            find_layer("max_pool2d").out_shape((1, 1, 1, size), **attributes)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "floor", "ceil"),
    [
        (7, 2, 2, 0, 3, 4),  # the last window sees one pixel
        (7, 3, 2, 1, 4, 4),  # nothing left over
        (7, 1, 2, 0, 4, 4),  # pytorch issue 45357: one more would start past the image
        (6, 1, 2, 0, 3, 3),  # the same at an even size
        (6, 3, 3, 1, 2, 3),  # the third starts at 5, on the last pixel
        (5, 3, 3, 1, 2, 2),  # the third would start at 5, in the trailing padding
    ],
)
def test_ceil_mode_adds_a_window_that_starts_inside(
    size: int, kernel: int, stride: int, padding: int, floor: int, ceil: int
) -> None:
    image = (1, 1, size, size)
    shapes = [
        find_layer("max_pool2d").out_shape(
            image, kernel_size=kernel, stride=stride, padding=padding, ceil_mode=ceil_mode
        )
        for ceil_mode in (False, True)
    ]
    assert shapes == [(1, 1, floor, floor), (1, 1, ceil, ceil)]


def test_ceil_mode_takes_an_image_smaller_than_the_window() -> None:
    """torch: ⌈(2 − 3)/2⌉ + 1 = 1 window, which overhangs by less than a stride."""
    x = np.array([[[[1, 2], [4, 3]]]], np.float32)
    np.testing.assert_array_equal(max_pool2d(x, 3, stride=2, ceil_mode=True), [[[[4.0]]]])


def test_ceil_mode_refuses_a_window_that_overhangs_by_a_stride() -> None:
    with pytest.raises(SpecError, match="max_pool2d: a window spans 4 in height"):
        max_pool2d(np.zeros((1, 1, 2, 4), np.float32), 4, stride=2, ceil_mode=True)


def test_a_dilated_window_may_see_nothing_but_padding() -> None:
    """Taps at −1 and 1 of a single pixel: −∞, as torch gives."""
    x = np.zeros((1, 1, 1, 3), np.float32)
    y = max_pool2d(x, (2, 1), padding=((1, 1), (0, 0)), dilation=(2, 1), stride=1)
    np.testing.assert_array_equal(y, np.full((1, 1, 1, 3), -np.inf))


@given(cases("max_pool2d", "reals"))
def test_bound_is_zero_as_a_maximum_is_copied(case: Case) -> None:
    assert not case.call(error_bound, "max_pool2d").any()


def test_bound_lets_a_subnormal_maximum_be_flushed() -> None:
    x = np.full((1, 1, 2, 2), 1e-40, np.float32)
    assert error_bound("max_pool2d", x, kernel_size=2).item() >= x[0, 0, 0, 0]


def test_stride_defaults_to_the_windows_size() -> None:
    x = np.arange(70, dtype=np.float32).reshape(1, 1, 7, 10)
    np.testing.assert_array_equal(max_pool2d(x, (2, 3)), max_pool2d(x, (2, 3), stride=(2, 3)))


def test_a_number_means_both_axes_and_all_sides() -> None:
    x = np.arange(70, dtype=np.float32).reshape(1, 1, 7, 10)
    np.testing.assert_array_equal(
        max_pool2d(x, 3, 2, 1, 2), max_pool2d(x, (3, 3), (2, 2), ((1, 1), (1, 1)), (2, 2))
    )


def test_the_articles_pooling_keeps_a_quarter() -> None:
    x = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], np.float32)
    pooled = max_pool2d(x[np.newaxis, np.newaxis], 2, stride=2)
    np.testing.assert_array_equal(pooled[0, 0], [[6, 8], [3, 4]])
    layer = find_layer("max_pool2d")
    assert layer.out_shape((1, 64, 224, 224), kernel_size=2) == (1, 64, 112, 112)
    assert layer.out_shape((1, 12, 32, 32), kernel_size=2) == (1, 12, 16, 16)
    assert layer.out_shape((1, 96, 55, 55), kernel_size=3, stride=2) == (1, 96, 27, 27)


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shape, attributes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        max_pool2d(*untouchable(shape), **attributes)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("max_pool2d").out_shape(shape, **attributes)
