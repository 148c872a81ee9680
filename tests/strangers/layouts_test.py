"""Layouts: what is packed is unpacked, padding is what was asked for, other words are refused."""

import numpy as np
import pytest

from clgold.device.layouts import find_layout
from clgold.device.variants import variant

STORED = {
    "NHWC": (2, 5, 7, 3),
    "HWIO": (5, 7, 3, 2),
    "NC4HW4": (2, 1, 5, 7, 4),
    "NCHW16c": (2, 1, 5, 7, 16),
    "O4IHW4": (1, 3, 5, 7, 4),
    "NCHW pitch 16": (2, 3, 5, 16),
    "NHWC pitch 4": (2, 5, 7, 4),
    "N4HWC4": (1, 5, 7, 3, 4),
}
VALUES = np.arange(210, dtype=np.float32).reshape(2, 3, 5, 7)


@pytest.mark.parametrize("text", STORED)
def test_what_is_packed_is_unpacked(text: str) -> None:
    layout = find_layout(text)
    stored = layout.pack(VALUES, np.float32(-1))
    assert stored.shape == layout.stored(VALUES.shape) == STORED[text]
    assert np.array_equal(layout.unpack(stored, VALUES.shape), VALUES)
    assert np.count_nonzero(stored == -1) == stored.size - VALUES.size


def test_an_order_is_a_transposition() -> None:
    assert np.array_equal(find_layout("NHWC").pack(VALUES, 0), VALUES.transpose(0, 2, 3, 1))
    blocked = find_layout("NC4HW4").pack(VALUES, np.float32(0))
    assert np.array_equal(blocked[1, 0, 4, 6], [*VALUES[1, :, 4, 6], 0])

    filters = np.arange(2 * 3 * 4 * 5 * 6 * 7 * 2 * 3).reshape(2, 3, 4, 5, 6, 7, 2, 3)
    moved = find_layout("SY SX TY TX KY KX C M").pack(filters, 0)
    assert np.array_equal(moved, filters.transpose(6, 7, 1, 2, 4, 5, 3, 0))


@pytest.mark.parametrize("text", ["", "NHC", "NC4HW8", "nchw", "NC4HW", "NCHW pitch 0", "NHW4"])
def test_what_is_no_layout_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected one such as NHWC"):
        find_layout(text)


WRONG = {
    "requires": ({"requires": "fp16"}, "requires 'fp16', expected cl_khr_"),
    "operand": ({"layout": {"image": "NHWC"}}, "layout of 'image', expected one of input, output"),
    "layout": ({"layout": "NHQW"}, "layout 'NHQW': expected one such as"),
    "lanes": ({"lanes": "any"}, "lanes 'any', expected poison or zero"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_variant_cannot_mean_is_refused(name: str) -> None:
    said, words = WRONG[name]
    with pytest.raises(ValueError, match=words):
        variant("relu", "mine", **said)
