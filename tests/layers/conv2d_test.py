"""conv2d is what its definition says, in every geometry, and refuses what has none."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shapes, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from clgold.reference import SpecError, conv2d, error_bound, find_layer, im2col
from clgold.reference.windows import unseen

INPUT, WEIGHT, BIAS = (1, 4, 5, 7), (6, 2, 3, 3), (6,)
SHAPES = (INPUT, WEIGHT, BIAS)
LONE = ((1, 1, 5, 7), (1, 1, 3, 3))

REFUSALS: dict[str, tuple[Shapes, dict[str, Any]]] = {
    "conv2d: the output has shape (1, 1, 2000003, 2000005), expected at most 2⁴⁰ elements": (
        LONE,
        {"padding": 10**6},
    ),
    "conv2d: groups is 3, which must divide both input's 4 channels": (SHAPES, {"groups": 3}),
    "conv2d: groups is 4, which must divide both input's 4 channels and weight's 6 filters": (
        SHAPES,
        {"groups": 4},
    ),
    "conv2d: weight has 2 input channels per group, input has 4 channels in 1 groups": (
        SHAPES,
        {"groups": 1},
    ),
    "conv2d: bias has shape (1, 6), expected (6,)": ((INPUT, WEIGHT, (1, 6)), {"groups": 2}),
    "conv2d: a window spans 9 in width, input with padding has 7": (
        ((1, 1, 9, 5), (1, 1, 5, 5)),
        {"padding": 1, "dilation": (1, 2)},
    ),
}


@given(cases("conv2d", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(conv2d), case.call(definitions.conv2d), strict=True)


@given(cases("conv2d", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    sizes: list[Any] = [None if operand is None else np.abs(operand) for operand in case.operands]
    magnitude = definitions.conv2d(*sizes, **case.attributes)
    assert definitions.close(case.call(conv2d), case.call(definitions.conv2d), magnitude)


@given(cases("conv2d", "integers"))
def test_output_has_one_element_per_window(case: Case) -> None:
    expected = case.call(definitions.conv2d).shape
    assert find_layer("conv2d").out_shape(*case.shapes, **case.attributes) == expected


@given(
    size=st.integers(1, 12),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 5),
    padding=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    dilation=st.integers(1, 4),
)
def test_a_shape_is_refused_exactly_when_no_window_fits(
    size: int, kernel: int, stride: int, padding: tuple[int, int], dilation: int
) -> None:
    count = len(definitions.starts(size, (kernel - 1) * dilation + 1, stride, padding))
    shapes = (1, 1, 1, size), (1, 1, 1, kernel)
    attributes = {"stride": stride, "padding": ((0, 0), padding), "dilation": (1, dilation)}
    if count:
        assert find_layer("conv2d").out_shape(*shapes, **attributes) == (1, 1, 1, count)
    else:
        with pytest.raises(SpecError, match="conv2d: a window spans"):
            find_layer("conv2d").out_shape(*shapes, **attributes)


@given(
    size=st.integers(5, 12),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 5),
    padding=st.tuples(st.integers(0, 4), st.integers(0, 4)),
)
def test_unseen_are_the_pixels_behind_the_last_window(
    size: int, kernel: int, stride: int, padding: tuple[int, int]
) -> None:
    last = definitions.starts(size, kernel, stride, padding)[-1]
    behind = [pixel for pixel in range(size) if pixel >= last + kernel]
    assert unseen(size, kernel, stride, padding) == len(behind)


@given(cases("conv2d", "integers"))
def test_scipy_correlates_to_the_same_values(case: Case) -> None:
    x, w, bias = case.operands
    padded = np.pad(x, ((0, 0), (0, 0), *case.attributes["padding"]))
    spread = spread_out(w, case.attributes["dilation"])
    down, across = case.attributes["stride"]
    per_group = len(w) // case.attributes["groups"]
    for m, filter in enumerate(spread):
        first = m // per_group * len(filter)
        images = padded[:, first : first + len(filter)]
        sums = [signal.correlate(image, filter, "valid", "direct")[0] for image in images]
        expected = np.stack(sums)[:, ::down, ::across] + (0 if bias is None else bias[m])
        np.testing.assert_array_equal(case.call(conv2d)[:, m], expected)


def spread_out(weight: np.ndarray, dilation: tuple[int, int]) -> np.ndarray:
    """The filters with dilation − 1 zeros between their taps."""
    m, depth, kh, kw = weight.shape
    shape = (m, depth, (kh - 1) * dilation[0] + 1, (kw - 1) * dilation[1] + 1)
    spread = np.zeros(shape, np.float32)
    spread[:, :, :: dilation[0], :: dilation[1]] = weight
    return spread


@given(cases("conv2d", "reals"))
def test_float32_kernels_in_either_order_stay_inside_the_bound(case: Case) -> None:
    bound = case.call(error_bound, "conv2d")
    assert definitions.inside(case.call(honest.conv2d), case.call(definitions.conv2d), bound)


@given(cases("conv2d", "integers"))
def test_bound_is_zero_where_every_sum_is_exact(case: Case) -> None:
    assert not case.call(error_bound, "conv2d").any()
    for output in case.call(honest.conv2d):
        np.testing.assert_array_equal(output, case.call(definitions.conv2d))


def test_bound_is_not_zero_where_a_sum_may_round() -> None:
    x = np.full((1, 2, 1, 1), 2.0**24, np.float32)
    w = np.array([1.0, 2.0**-24], np.float32).reshape(1, 2, 1, 1)
    assert error_bound("conv2d", x, w).item() >= 1


@given(cases("conv2d", "integers"))
def test_a_number_means_both_axes_and_all_sides(case: Case) -> None:
    x, w, bias = case.operands
    groups = case.attributes["groups"]
    np.testing.assert_array_equal(
        conv2d(x, w, bias, 2, 5, 2, groups),
        conv2d(x, w, bias, (2, 2), ((5, 5), (5, 5)), (2, 2), groups),
    )
    np.testing.assert_array_equal(
        conv2d(x, w, bias, padding=(9, 8), dilation=[3, 2], groups=groups),
        conv2d(x, w, bias, padding=((9, 9), (8, 8)), dilation=(3, 2), groups=groups),
    )


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shapes, attributes = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        conv2d(*untouchable(*shapes), **attributes)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("conv2d").out_shape(*shapes, **attributes)


def test_articles_first_elements_are_reproduced() -> None:
    """V[0,0,0] = Σ X[:5,:5,:]·W0 + b0, V[1,0,0] = Σ X[2:7,:5,:]·W0 + b0, …: no flip."""
    shapes = ((1, 4, 11, 11), (2, 4, 5, 5), (2,))
    x, w, b = Case("conv2d", "exact", shapes, {}, seed=1).operands
    image, filters = x[0].transpose(1, 2, 0), w.transpose(0, 2, 3, 1)
    v = conv2d(x, w, b, stride=2)[0].transpose(1, 2, 0)
    assert v.shape == (4, 4, 2)
    for k in range(2):
        assert v[0, 0, k] == np.sum(image[:5, :5] * filters[k]) + b[k]
        assert v[1, 0, k] == np.sum(image[2:7, :5] * filters[k]) + b[k]
        assert v[0, 1, k] == np.sum(image[:5, 2:7] * filters[k]) + b[k]
        assert v[2, 3, k] == np.sum(image[4:9, 6:11] * filters[k]) + b[k]


def test_alexnets_first_layer_is_one_product_with_3025_columns() -> None:
    shapes = ((1, 3, 227, 227), (96, 3, 11, 11), None)
    x, w, _ = Case("conv2d", "exact", shapes, {}, seed=2).operands
    columns, rows = im2col(x[0], 11, stride=4), w.reshape(96, -1)
    assert columns.shape == (363, 3025)
    assert rows.shape == (96, 363)
    product = rows.astype(np.float64) @ columns
    np.testing.assert_array_equal(conv2d(x, w, stride=4), product.reshape(1, 96, 55, 55))


def test_im2col_lays_out_channel_then_row_then_column() -> None:
    x = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    columns = im2col(x, (2, 3))
    assert columns.shape == (1, 12, 4)
    np.testing.assert_array_equal(columns[0, :, 1], x[0, :, :2, 1:4].reshape(-1))
    np.testing.assert_array_equal(columns[0, :, 2], x[0, :, 1:3, :3].reshape(-1))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((np.zeros((3, 3), np.float32), 2), "im2col: input has 2 axes, shape (3, 3)"),
        ((np.zeros((1, 3, 3), np.float32), 0), "im2col: kernel_size is 0, expected at least 1"),
        ((np.zeros((1, 3, 3), np.float32), 4), "im2col: a window spans 4 in height"),
        (([[[1.0]]], 1), "im2col: input is a list"),
    ],
)
def test_im2col_refuses_what_has_no_columns(arguments: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(SpecError, match=re.escape(sentence)):
        im2col(*arguments)


def test_three_3x3_layers_see_7x7() -> None:
    image = np.ones((1, 1, 7, 7), np.float32)
    weight = np.ones((1, 1, 3, 3), np.float32)
    for size in (5, 3, 1):
        image = conv2d(image, weight).astype(np.float32)
        assert image.shape == (1, 1, size, size)


@pytest.mark.parametrize(
    ("size", "weight", "stride", "padding", "expected"),
    [
        ((1, 3, 227, 227), (96, 3, 11, 11), 4, 0, (1, 96, 55, 55)),
        ((1, 4, 11, 11), (1, 4, 5, 5), 2, 0, (1, 1, 4, 4)),
        ((1, 3, 32, 32), (12, 3, 3, 3), 1, 1, (1, 12, 32, 32)),
        ((1, 64, 224, 224), (64, 64, 3, 3), 1, 1, (1, 64, 224, 224)),
    ],
)
def test_articles_sizes_follow(
    size: tuple[int, ...],
    weight: tuple[int, ...],
    stride: int,
    padding: int,
    expected: tuple[int, ...],
) -> None:
    layer = find_layer("conv2d")
    assert layer.out_shape(size, weight, stride=stride, padding=padding) == expected


def test_nan_reaches_only_the_windows_that_hold_it() -> None:
    x = np.ones((1, 1, 4, 5), np.float32)
    x[0, 0, 1, 2] = np.nan
    y = conv2d(x, np.ones((1, 1, 2, 2), np.float32))
    expected = np.full((3, 4), 4.0)
    expected[0:2, 1:3] = np.nan
    np.testing.assert_array_equal(y[0, 0], expected)


@given(cases("conv2d", "reals"))
def test_operands_are_left_as_they_were(case: Case) -> None:
    operands = case.operands
    conv2d(*operands, **case.attributes)
    for after, before in zip(operands, case.operands, strict=True):
        np.testing.assert_array_equal(after, before)
