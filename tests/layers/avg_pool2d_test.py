"""avg_pool2d is what its definition says, and divides by what torch divides by."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import SpecError, avg_pool2d, error_bound, find_layer

IMAGE = (1, 2, 5, 7)

REFUSALS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "avg_pool2d: stride[0] is -1": (IMAGE, {"kernel_size": 2, "stride": (-1, 1)}),
    "avg_pool2d: padding is 2, expected at most half of the window, 1": (
        IMAGE,
        {"kernel_size": 3, "padding": ((0, 0), (0, 2))},
    ),
    "avg_pool2d: padding is 1, expected at most half of the window, 0": (
        IMAGE,
        {"kernel_size": (3, 1), "padding": 1},
    ),
    "avg_pool2d: a window spans 6 in height, input with padding has 5": (
        IMAGE,
        {"kernel_size": (6, 2)},
    ),
}
ANY = st.one_of(cases("avg_pool2d", "integers"), cases("avg_pool2d", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    (x,) = case.operands
    magnitude = definitions.avg_pool2d(np.abs(x), **case.attributes)
    assert definitions.close(case.call(avg_pool2d), case.call(definitions.avg_pool2d), magnitude)


@given(cases("avg_pool2d", "integers"))
def test_output_has_one_element_per_window(case: Case) -> None:
    expected = case.call(definitions.avg_pool2d).shape
    assert find_layer("avg_pool2d").out_shape(*case.shapes, **case.attributes) == expected


@given(
    size=st.integers(1, 12),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 6),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    ceil_mode=st.booleans(),
)
def test_a_shape_is_refused_exactly_when_there_is_no_window(
    size: int, kernel: int, stride: int, padding: tuple[int, int], ceil_mode: bool
) -> None:
    around = (min(padding[0], kernel // 2), min(padding[1], kernel // 2))
    count = len(definitions.starts(size, kernel, stride, around, ceil_mode=ceil_mode))
    attributes: dict[str, Any] = {
        "kernel_size": (1, kernel),
        "stride": (1, stride),
        "padding": ((0, 0), around),
        "ceil_mode": ceil_mode,
    }
    if count:
        shape = find_layer("avg_pool2d").out_shape((1, 1, 1, size), **attributes)
        assert shape == (1, 1, 1, count)
    else:
        with pytest.raises(SpecError, match="avg_pool2d: a window spans"):
            find_layer("avg_pool2d").out_shape((1, 1, 1, size), **attributes)


@given(cases("avg_pool2d", "reals"))
def test_without_the_padding_a_mean_lies_between_its_pixels(case: Case) -> None:
    (x,) = case.operands
    y = avg_pool2d(x, **case.attributes | {"count_include_pad": False})
    assert np.all((y >= x.min() - 1e-12) & (y <= x.max() + 1e-12))


@given(cases("avg_pool2d", "reals"))
def test_float32_kernels_of_every_form_stay_inside_the_bound(case: Case) -> None:
    exact, bound = case.call(definitions.avg_pool2d), case.call(error_bound, "avg_pool2d")
    assert definitions.inside(case.call(honest.avg_pool2d), exact, bound)


@pytest.mark.parametrize(
    ("count_include_pad", "expected"),
    [
        (True, [(0 + 1 + 2) / 3, (3 + 4 + 5) / 3, (6 + 7 + 0) / 3]),
        (False, [(1 + 2) / 2, (3 + 4 + 5) / 3, (6 + 7) / 2]),
    ],
)
def test_padding_counts_unless_it_is_left_out(
    count_include_pad: bool, expected: list[float]
) -> None:
    x = np.arange(1, 8, dtype=np.float32).reshape(1, 1, 1, 7)
    y = avg_pool2d(x, (1, 3), padding=(0, 1), count_include_pad=count_include_pad)
    np.testing.assert_array_equal(y[0, 0, 0], expected)


@pytest.mark.parametrize("count_include_pad", [False, True])
def test_what_ceil_mode_covers_beyond_the_image_never_counts(count_include_pad: bool) -> None:
    x = np.arange(1, 8, dtype=np.float32).reshape(1, 1, 1, 7)
    y = avg_pool2d(x, (1, 2), ceil_mode=True, count_include_pad=count_include_pad)
    np.testing.assert_array_equal(y[0, 0, 0], [1.5, 3.5, 5.5, 7])


def test_the_divisor_ends_with_the_padding() -> None:
    """6×6 ones, 3×3 windows, padding 1, ceil_mode: the last window starts at 5 and ends at 6."""
    ones = np.ones((1, 1, 6, 6), np.float32)
    share = np.array([2 / 3, 1, 1 / 2])  # two of three, three of three, one of two
    y = avg_pool2d(ones, 3, padding=1, ceil_mode=True)
    np.testing.assert_allclose(y[0, 0], np.outer(share, share), rtol=1e-15)
    without = avg_pool2d(ones, 3, padding=1, ceil_mode=True, count_include_pad=False)
    np.testing.assert_array_equal(without, np.ones((1, 1, 3, 3)))


def test_stride_defaults_to_the_windows_size() -> None:
    x = np.arange(70, dtype=np.float32).reshape(1, 1, 7, 10)
    np.testing.assert_array_equal(avg_pool2d(x, (2, 3)), avg_pool2d(x, (2, 3), stride=(2, 3)))


def test_a_number_means_both_axes_and_all_sides() -> None:
    x = np.arange(70, dtype=np.float32).reshape(1, 1, 7, 10)
    np.testing.assert_array_equal(
        avg_pool2d(x, 3, 2, 1), avg_pool2d(x, (3, 3), (2, 2), ((1, 1), (1, 1)))
    )


def test_special_values_reach_only_the_windows_that_hold_them() -> None:
    x = np.array([1, 2, np.nan, 4, np.inf, 6, -np.inf, np.inf], np.float32).reshape(1, 1, 1, 8)
    y = avg_pool2d(x, (1, 2))
    np.testing.assert_array_equal(y[0, 0, 0], [1.5, np.nan, np.inf, np.nan])


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shape, attributes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        avg_pool2d(*untouchable(shape), **attributes)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("avg_pool2d").out_shape(shape, **attributes)
