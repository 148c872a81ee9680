"""Buffers in another order are recognised, and nothing is taken for what it is not."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clgold.diagnosis.explain.layouts import Layout, recognise_layout
from clgold.reference import Enclosure
from clgold.reference.generator import bell, integers

Array = np.ndarray
SHAPE = (2, 6, 9, 11)

seeds = st.integers(0, 9999)


def right(shape: tuple[int, ...], seed: int = 1) -> Enclosure:
    return Enclosure(bell(seed, "layout", shape), np.full(shape, 1e-6))


def values(expected: Enclosure) -> Array:
    return expected.value.astype(np.float32)


def recognised(got: Array, expected: Enclosure) -> Layout:
    """The layout, which there must be; the values restored are the right ones."""
    layout = recognise_layout(got, expected)
    assert layout is not None
    assert layout.restored.shape == expected.value.shape
    assert layout.restored.dtype == got.dtype
    return layout


def padded(axis: int, more: int) -> Callable[[Array], Array]:
    """With so many NaN after each row along an axis."""
    return lambda a: np.pad(
        a, [(0, more if k == axis else 0) for k in range(a.ndim)], constant_values=np.nan
    )


def blocked(block: int) -> Callable[[Array], Array]:
    """(N, C/block, H, W, block), padded with zeros."""

    def store(a: Array) -> Array:
        n, c, h, w = a.shape
        count = -(-c // block)
        full = np.pad(a, ((0, 0), (0, count * block - c), (0, 0), (0, 0)))
        return full.reshape(n, count, block, h, w).transpose(0, 1, 3, 4, 2)

    return store


STORED: dict[str, tuple[tuple[int, ...], Callable[[Array], Array], str]] = {
    "NHWC": (SHAPE, lambda a: a.transpose(0, 2, 3, 1), "NHWC order (axes 0, 2, 3, 1)"),
    "CHWN": (SHAPE, lambda a: a.transpose(1, 2, 3, 0), "CHWN order (axes 1, 2, 3, 0)"),
    "WHCN": (SHAPE, lambda a: a.transpose(3, 2, 1, 0), "WHCN order (axes 3, 2, 1, 0)"),
    "HWC": ((1, 3, 5, 7), lambda a: a[0].transpose(1, 2, 0), "NHWC order (axes 0, 2, 3, 1)"),
    "H and W exchanged": ((1, 1, 9, 11), lambda a: a[0, 0].T, "NCWH order (axes 0, 1, 3, 2)"),
    "square": ((1, 2, 8, 8), lambda a: a.swapaxes(2, 3), "NCWH order (axes 0, 1, 3, 2)"),
    "blocks of 4": (SHAPE, blocked(4), "NCHW4c order (channels in blocks of 4, C padded from 6"),
    "blocks of 8": ((1, 16, 3, 5), blocked(8), "NCHW8c order (channels in blocks of 8)"),
    "blocks of 16": ((1, 50, 3, 5), blocked(16), "NCHW16c order (channels in blocks of 16, C"),
    "rows of blocks": (
        SHAPE,
        lambda a: blocked(4)(a).transpose(0, 2, 1, 3, 4),
        "NHCW4c order (channels in blocks of 4",
    ),
    "row pitch": (SHAPE, padded(3, 5), "NCHW order, W padded from 11 to 16"),
    "padded planes": (SHAPE, padded(2, 3), "NCHW order, H padded from 9 to 12"),
    "padded channels": (SHAPE, padded(1, 2), "NCHW order, C padded from 6 to 8"),
    "NHWC with a pitch": (
        SHAPE,
        lambda a: padded(3, 2)(a.transpose(0, 2, 3, 1)),
        "NHWC order, C padded from 6 to 8",
    ),
    "border": (
        SHAPE,
        lambda a: np.pad(a, ((0, 0), (0, 0), (2, 2), (2, 2))),
        "NCHW order, a border of 2 around each image",
    ),
    "more at the end": (
        SHAPE,
        lambda a: np.append(a.ravel(), np.zeros(7, np.float32)),
        "the expected order, 7 elements more at its end",
    ),
    "bytes reversed": (
        SHAPE,
        lambda a: a.byteswap(),
        "the expected order, the bytes of each number reversed",
    ),
    "features by unit": ((3, 350), lambda a: a.T, "FN order (axes 1, 0)"),
    "flattened (H, W, C)": (
        (1, 350),
        lambda a: a.reshape(14, 25).T,
        "features of 14 channels, the channel last",
    ),
    "padded features": ((3, 43), padded(1, 5), "NF order, F padded from 43 to 48"),
    "five axes": (
        (1, 2, 3, 4, 5),
        padded(4, 3),
        "the expected order, axis 4 padded from 5 to 8",
    ),
    "positions": ((2, 3, 5), lambda a: a.swapaxes(1, 2), "NLC order (axes 0, 2, 1)"),
}


@pytest.mark.parametrize("flat", [False, True], ids=["shaped", "flat"])
@pytest.mark.parametrize("name", STORED)
def test_an_order_is_named_and_undone(name: str, flat: bool) -> None:
    shape, store, text = STORED[name]
    expected = right(shape)
    got = store(values(expected))
    layout = recognised(got.ravel() if flat else got, expected)
    assert layout.text.startswith(text)
    assert np.array_equal(layout.restored, values(expected))


@given(seeds, st.lists(st.integers(1, 5), min_size=2, max_size=4), st.data())
def test_every_permutation_is_undone_and_one_that_changes_nothing_is_none(
    seed: int, sizes: list[int], data: st.DataObject
) -> None:
    shape = (*sizes[:-1], sizes[-1] + 12)
    axes = data.draw(st.sampled_from([*permutations(range(len(shape)))]))
    expected = right(shape, seed)
    got = values(expected).transpose(axes).ravel()
    layout = recognise_layout(got, expected)
    if np.array_equal(got, values(expected).ravel()):
        assert layout is None
    else:
        assert layout is not None
        assert np.array_equal(layout.restored, values(expected))


@given(seeds, st.sampled_from([(1, 3, 5, 4), SHAPE, (1, 43), (7,), ()]))
def test_what_is_in_order_or_in_none_has_no_layout(seed: int, shape: tuple[int, ...]) -> None:
    expected = right(shape, seed)
    assert recognise_layout(values(expected), expected) is None
    assert recognise_layout(values(right(shape, seed + 1)), expected) is None
    assert recognise_layout(2 * values(expected), expected) is None


@pytest.mark.parametrize("value", [0.0, 1.5])
def test_constant_data_are_in_every_order_and_so_in_the_expected_one(value: float) -> None:
    expected = Enclosure(np.full(SHAPE, value), np.zeros(SHAPE))
    assert recognise_layout(np.full(SHAPE, value, np.float32), expected) is None
    assert recognise_layout(np.full(SHAPE, value + 1, np.float32), expected) is None


def test_mostly_zero_data_are_recognised_by_the_others() -> None:
    shape = (1, 8, 16, 16)
    few = integers(1, "few", shape, 0, 9) == 0
    expected = Enclosure(np.where(few, bell(1, "few", shape), 0.0), np.full(shape, 1e-6))
    layout = recognised(values(expected).transpose(0, 2, 3, 1), expected)
    assert layout.text == "NHWC order (axes 0, 2, 3, 1)"
    assert np.array_equal(layout.restored, values(expected))


def test_a_few_wrong_elements_hide_no_order() -> None:
    expected = right((1, 8, 16, 16))
    got = values(expected).transpose(0, 2, 3, 1).copy()
    got[0, 3, 4] += 1  # 8 of 2048
    layout = recognised(got, expected)
    assert layout.text == "NHWC order (axes 0, 2, 3, 1)"
    assert np.count_nonzero(layout.restored != values(expected)) == 8


@pytest.mark.parametrize("size", [0, 1, 100, 1187])
def test_a_buffer_that_is_too_short_has_no_layout(size: int) -> None:
    assert recognise_layout(np.zeros(size, np.float32), right(SHAPE)) is None


@pytest.mark.parametrize("dtype", ["bool", "S4"])
def test_what_is_no_number_has_no_layout(dtype: str) -> None:
    assert recognise_layout(np.zeros(SHAPE, dtype), right(SHAPE)) is None
