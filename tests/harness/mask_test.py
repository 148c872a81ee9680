"""What a wrong result's elements have in common is said in words that are true of them."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clgold.conformance.judge.compare import Tolerance, compare, wrong_elements
from clgold.diagnosis.mask import Mask, axis_names, describe_mask
from clgold.diagnosis.mask.orders import order_along
from clgold.diagnosis.mask.places import places
from clgold.reference import Enclosure
from clgold.reference.generator import bell, integers
from clgold.reference.poison import POISON

Array = np.ndarray
Plant = Callable[[Array, Array], Array]

BOUND = 1e-6
SHAPE = (2, 6, 9, 11)

seeds = st.integers(0, 9999)


def right(shape: tuple[int, ...], seed: int = 1) -> Enclosure:
    """Values of which no two are near, with a small bound."""
    return Enclosure(bell(seed, "mask", shape), np.full(shape, BOUND))


def describe(got: Array, expected: Enclosure, axes: tuple[str, ...] = ()) -> Mask:
    """The words for whatever is wrong with `got`."""
    got = got if got.dtype.kind == "i" else got.astype(np.float32)
    return describe_mask(wrong_elements(got, expected), expected, got, axes)


def spoiled(expected: Enclosure, where: Array, seed: int = 2) -> Array:
    """The expected values with noise in some places."""
    noise = bell(seed, "noise", expected.value.shape)
    return np.where(where, expected.value + np.where(noise < 0, -1, 1) + noise / 8, expected.value)


# --- places: every word about indices is checked by reading it again ------------------------------

PHRASES: dict[str, Callable[[int, list[int]], set[int]]] = {
    r"the first row": lambda n, _: {0},
    r"the last row( \(beyond .*\))?": lambda n, _: {n - 1},
    r"row (\d+)": lambda n, k: {k[0]},
    r"rows (\d+) and (\d+)": lambda n, k: {*k},
    r"rows (\d+), (\d+) and (\d+)": lambda n, k: {*k},
    r"the first and the last row": lambda n, _: {0, n - 1},
    r"every row but the first": lambda n, _: {*range(1, n)},
    r"every row but the last": lambda n, _: {*range(n - 1)},
    r"the first half of the rows": lambda n, _: {*range(n // 2)},
    r"the second half of the rows": lambda n, _: {*range(n // 2, n)},
    r"the first (\d+) rows": lambda n, k: {*range(k[0])},
    r"the last (\d+) rows( \(beyond .*\))?": lambda n, k: {*range(n - k[0], n)},
    r"rows (\d+) to (\d+)(, the \d+.. of \d+ equal groups)?": lambda n, k: {*range(k[0], k[1] + 1)},
    r"the odd rows": lambda n, _: {*range(1, n, 2)},
    r"the even rows": lambda n, _: {*range(0, n, 2)},
    r"every (\d+).. row, from row (\d+)": lambda n, k: {*range(k[1], n, k[0])},
    r"all rows but every (\d+).., from row (\d+)": lambda n, k: (
        {*range(n)} - {*range(k[1], n, k[0])}
    ),
    r"rows (\d+) (?:and|to) (\d+) of every (\d+)": lambda n, k: {
        i for i in range(n) if (i - k[0]) % k[2] <= (k[1] - k[0]) % k[2]
    },
}


def meant(words: str, length: int) -> set[int]:
    """The indices that a phrase speaks of."""
    for pattern, indices in PHRASES.items():
        if match := re.fullmatch(pattern, words):
            return indices(length, [int(g) for g in match.groups() if g and g.isdigit()])
    raise AssertionError(f"no phrase is known for {words!r}")


@st.composite
def index_sets(draw: st.DrawFn) -> Array:
    """Any indices; or runs, and what repeats, as faults make them."""
    length = draw(st.integers(2, 70))
    index, start = np.arange(length), draw(st.integers(0, length - 1))
    period, size = draw(st.integers(2, 20)), draw(st.integers(1, 20))
    return draw(
        st.sampled_from(
            [
                (index >= start) & (index < start + size),
                index >= start,
                index <= start,
                (index - start) % period < size,
                index % period == start % period,
                integers(draw(seeds), "set", (length,), 0, 3) == 0,
            ]
        )
    )


@given(index_sets(), st.booleans())
def test_a_place_holds_every_touched_index_and_is_as_large_as_its_words_say(
    touched: Array, flat: bool
) -> None:
    for place in places("row", touched, flat):
        indices = meant(place.words, touched.size)
        assert {int(i) for i in np.flatnonzero(touched)} <= indices, place.words
        assert len(indices) == place.size, place.words


@pytest.mark.parametrize(
    ("length", "first", "vector"), [(6, 4, 4), (35, 32, 4), (13, 8, 8), (350, 348, 4), (100, 96, 8)]
)
def test_what_fills_no_whole_vector_is_called_so(length: int, first: int, vector: int) -> None:
    words = [place.words for place in places("row", np.arange(length) >= first)]
    assert any(f"beyond the last multiple of {vector}" in one for one in words)
    assert first == length // vector * vector


# --- regions: planted, and found ------------------------------------------------------------------


def where(shape: tuple[int, ...], *parts: tuple[slice | int | list[int], ...]) -> Array:
    """bool of the shape, True in each of the parts."""
    mask = np.zeros(shape, bool)
    for part in parts:
        mask[part] = True
    return mask


ALL = slice(None)
REGIONS: dict[str, tuple[Array, str]] = {
    "last row": (where(SHAPE, (ALL, ALL, -1)), "only the last row"),
    "first column": (where(SHAPE, (..., 0)), "only the first column"),
    "last columns": (
        where(SHAPE, (..., slice(8, None))),
        "only the last 3 columns (beyond the last multiple of 4)",
    ),
    "one channel": (where(SHAPE, (ALL, 3)), "only channel 3"),
    "odd channels": (where(SHAPE, (ALL, slice(1, None, 2))), "only the odd channels"),
    "every 4th channel": (
        where((1, 16, 5, 3), (ALL, slice(3, None, 4))),
        "only every 4th channel, from channel 3",
    ),
    "half": (where(SHAPE, (ALL, slice(3, None))), "only the second half of the channels"),
    "group": (
        where(SHAPE, (ALL, slice(2, 4))),
        "only channels 2 to 3, the 2nd of 3 equal groups",
    ),
    "tile": (
        where((1, 4, 5, 48), *((..., slice(k, k + 4)) for k in (12, 28, 44))),
        "only columns 12 to 15 of every 16",
    ),
    "later images": (where((4, 3, 5, 7), (slice(1, None),)), "every image but the first"),
    "one image": (where((4, 3, 5, 7), (2,)), "only image 2"),
    "row of a channel": (
        where(SHAPE, (ALL, 3, -1)),
        "only the last row (beyond the last multiple of 4) of channel 3",
    ),
    "ring": (
        ~where(SHAPE, (ALL, ALL, slice(1, -1), slice(1, -1))),
        "only the border, 1 pixel wide",
    ),
    "wide ring": (
        ~where(SHAPE, (ALL, ALL, slice(2, -2), slice(2, -2))),
        "only the border, 2 pixels wide",
    ),
    "two sides": (
        where(SHAPE, (ALL, ALL, -1), (..., -1)),
        "only the last row and the last column",
    ),
    "corner": (
        where(SHAPE, (ALL, ALL, slice(-2, None), slice(0, 2))),
        "only the bottom left corner, the first 2 columns of the last 2 rows",
    ),
    "corners": (
        where(SHAPE, *((ALL, ALL, y, x) for y in (0, -1) for x in (0, -1))),
        "only the corners",
    ),
    "tail of the pixels": (
        where((2, 4, 35), (..., slice(32, None))).reshape(2, 4, 5, 7),
        "only the last 3 pixels (beyond the last multiple of 4)",
    ),
    "tail of the buffer": (
        where((215,), (slice(212, None),)).reshape(1, 43, 5, 1),
        "only the last 3 elements (beyond the last multiple of 4)",
    ),
    "features": (where((3, 43), (ALL, slice(40, None))), "only the last 3 features (beyond the"),
    "elements": (where((43,), (slice(0, None, 4),)), "only every 4th element, from element 0"),
    "positions": (where((2, 3, 17), (..., slice(0, 2))), "only the first 2 positions"),
    "all but a row": (~where(SHAPE, (ALL, ALL, 4)), "everywhere but in row 4"),
    "all but two sides": (
        ~where(SHAPE, (ALL, ALL, 0), (..., 0)),
        "everywhere but in the first row and the first column",
    ),
    "everywhere": (np.ones(SHAPE, bool), "everywhere"),
    "one element": (where(SHAPE, (1, 2, 3, 4)), "a single element, [1, 2, 3, 4]"),
    "a few": (
        where(SHAPE, (0, 0, 2, 3), (1, 4, 7, 1), (1, 1, 4, 9)),
        "3 scattered elements: [0, 0, 2, 3], [1, 1, 4, 9], [1, 4, 7, 1]",
    ),
}


@pytest.mark.parametrize("name", REGIONS)
def test_a_planted_region_is_named(name: str) -> None:
    mask, words = REGIONS[name]
    expected = right(mask.shape)
    found = describe(spoiled(expected, mask), expected)
    assert found.share == mask.mean()
    assert found.words[0].startswith(words)
    assert len(found.words) == 1


@pytest.mark.parametrize("name", ["one channel", "tile", "ring", "later images", "half"])
def test_a_region_with_holes_is_named_with_its_share(name: str) -> None:
    mask, words = REGIONS[name]
    expected = right(mask.shape)
    holes = mask & (integers(3, "holes", mask.shape, 0, 2) > 0)
    found = describe(spoiled(expected, holes), expected)
    share = 100 * holes.sum() / mask.sum()
    words = f"only in {words.removeprefix('only ')}"
    assert found.words[0].split(" (")[0] == words.split(" (")[0]
    assert f"({share:.3g} % wrong there)" in found.words[0]


NO_PATTERN = re.compile(
    r"everywhere|nearly everywhere|a single element, .*|\d+ scattered elements: .*"
    r"|spread without a pattern"
)


@pytest.mark.parametrize("shape", [SHAPE, (1, 3, 5, 4), (3, 43), (61,), (2, 7, 13), (1, 1, 32, 32)])
@pytest.mark.parametrize("one_in", [2, 3, 10, 50])
def test_a_random_mask_has_no_pattern(shape: tuple[int, ...], one_in: int) -> None:
    for seed in range(40):
        mask = integers(seed, "random", shape, 1, one_in) == 1
        expected = right(shape, seed)
        found = describe(spoiled(expected, mask), expected)
        assert found.share == mask.mean()
        assert all(NO_PATTERN.fullmatch(words) for words in found.words), found.words
        assert len(found.words) == bool(mask.any())


# --- values: where they come from, and what they are ----------------------------------------------


def shuffled(order: list[int]) -> Plant:
    return lambda got, _: got[:, order]


VALUES: dict[str, tuple[tuple[int, ...], Plant, list[str]]] = {
    "rows reversed": (SHAPE, lambda g, v: g[:, :, ::-1], ["rows in reverse order"]),
    "columns reversed": (SHAPE, lambda g, v: g[..., ::-1], ["columns in reverse order"]),
    "turned": (SHAPE, lambda g, v: g[..., ::-1, ::-1], ["turned by 180 degrees"]),
    "transposed": (
        (2, 6, 9, 9),
        lambda g, v: g.swapaxes(2, 3),
        ["transposed: rows and columns exchanged"],
    ),
    "transposed in memory": (
        SHAPE,
        lambda g, v: g.swapaxes(2, 3).reshape(SHAPE),
        ["transposed: rows and columns exchanged"],
    ),
    "NHWC": (
        SHAPE,
        lambda g, v: g.transpose(0, 2, 3, 1).reshape(SHAPE),
        ["stored in NHWC order (axes 0, 2, 3, 1)"],
    ),
    "channels reversed": (SHAPE, shuffled([5, 4, 3, 2, 1, 0]), ["channels in reverse order"]),
    "channels in pairs": (SHAPE, shuffled([1, 0, 3, 2, 5, 4]), ["channels exchanged in pairs"]),
    "two channels": (
        SHAPE,
        shuffled([0, 1, 4, 3, 2, 5]),
        ["channels 2 and 4 exchanged", "only channels 2 and 4"],
    ),
    "permuted channels": (
        SHAPE,
        shuffled([3, 5, 4, 0, 2, 1]),
        ["channels in another order: 3, 5, 4, 0, 2, 1", "everywhere"],
    ),
    "channels one late": (
        SHAPE,
        lambda g, v: np.concatenate([0 * g[:, :1], g[:, :-1]], axis=1),
        ["every channel holds the values of the one before"],
    ),
    "shuffled channels": (
        SHAPE,
        lambda g, v: g[:, [0, 3, 1, 4, 2, 5]],
        ["channels shuffled: 2 × 3 read as 3 × 2"],
    ),
    "first image again": (
        SHAPE,
        lambda g, v: g[[0, 0]],
        ["every image holds the values of the first", "only the last image"],
    ),
    "flattened as (H, W, C)": (
        (1, 100),
        lambda g, v: g.reshape(4, 25).T.reshape(1, 100),
        ["features shuffled: 4 × 25 read as 25 × 4"],
    ),
    "sorted": ((1, 100), lambda g, v: np.sort(g), ["the right values in other places"]),
    "shifted positions": ((3, 5, 17), lambda g, v: np.roll(g, 1, 2), ["shifted by 1"]),
    "negated": (SHAPE, lambda g, v: -g, ["the sign is reversed", "everywhere"]),
    "ninth": (SHAPE, lambda g, v: v / 9, ["1/9 of what is expected", "everywhere"]),
    "tripled": ((1, 6), lambda g, v: v * 3, ["3 times what is expected", "everywhere"]),
    "squared": (SHAPE, lambda g, v: v * v, ["the square of what is expected", "everywhere"]),
    "biased": (
        SHAPE,
        lambda g, v: np.where(np.arange(6)[:, None, None] == 5, v - 0.25, v),
        ["what is expected minus 0.25", "only the last channel"],
    ),
    "biases": (
        SHAPE,
        lambda g, v: v + np.arange(1, 7)[:, None, None] / 8,
        ["each channel has its own offset", "everywhere"],
    ),
    "scales": (
        SHAPE,
        lambda g, v: v * np.arange(2, 8)[:, None, None] / 8,
        ["each channel has its own factor", "everywhere"],
    ),
    "normalised otherwise": (
        SHAPE,
        lambda g, v: v * np.arange(2, 8)[:, None, None] / 8 + np.arange(6)[:, None, None],
        ["each channel has its own factor and offset"],
    ),
    "zeros": (SHAPE, lambda g, v: 0 * g, ["everywhere", "all 0"]),
    "one number": (SHAPE, lambda g, v: 0 * g + 7, ["everywhere", "all 7"]),
    "NaN": (
        SHAPE,
        lambda g, v: np.where(np.arange(11) > 8, np.nan, g),
        ["only the last 2 columns", "all NaN"],
    ),
    "infinite": (SHAPE, lambda g, v: 0 * g + np.inf, ["everywhere", "all infinite"]),
    "half NaN": (
        (40,),
        lambda g, v: np.where(np.arange(40) % 2 == 0, np.nan, g + 1 + v**2),
        ["everywhere", "50 % of the wrong elements are NaN"],
    ),
    "cut below": (
        SHAPE,
        lambda g, v: np.maximum(g, 0),
        ["all 0", "only where the expected value is negative"],
    ),
    "too large": (
        (41,),
        lambda g, v: v + np.abs(v) ** 3 + 1,
        ["everywhere", "always too large"],
    ),
    "large in size": (
        SHAPE,
        lambda g, v: np.where(np.abs(v) > 2, np.sin(50 * v), v),
        ["only where the expected value is 2.0", "always too small in size"],
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_what_wrong_elements_hold_is_named(name: str) -> None:
    shape, plant, words = VALUES[name]
    expected = right(shape)
    got = plant(expected.value.astype(np.float32), expected.value)
    found = describe(got, expected).words
    for word in words:
        assert any(one.startswith(word) for one in found), found
    assert len(found) <= 3


@given(seeds, st.tuples(*[st.integers(7, 12)] * 2), st.integers(-3, 3), st.integers(-3, 3))
def test_a_shift_is_named_with_its_steps(
    seed: int, size: tuple[int, int], down: int, along: int
) -> None:
    assume((down, along) != (0, 0))
    expected = right((2, 3, *size), seed)
    got = np.roll(expected.value, (down, along), (2, 3))
    assert describe(got, expected).words[0] == f"shifted by ({down}, {along})"


@given(seeds, st.permutations(range(7)))
def test_an_order_of_channels_is_found(seed: int, order: list[int]) -> None:
    assume(order != sorted(order))
    expected = right((1, 7, 4, 5), seed)
    got = expected.value[:, order].astype(np.float32)
    found = order_along(1, wrong_elements(got, expected), expected, got)
    assert found is not None
    assert found.tolist() == order


@given(seeds, st.integers(-30, 30), st.sampled_from([SHAPE, (40,), (3, 17)]))
def test_a_factor_and_an_offset_are_found_to_all_digits_shown(
    seed: int, sixteenths: int, shape: tuple[int, ...]
) -> None:
    assume(sixteenths not in (0, 16, -16))
    expected = right(shape, seed)
    factor = sixteenths / 16
    scaled = describe(expected.value * factor, expected).words[0]
    whole = factor.is_integer()
    assert (
        f"{factor:.6g}" in scaled
        or (whole and f"{int(factor)} times" in scaled)
        or (scaled == f"1/{round(1 / factor)} of what is expected")
    ), scaled
    moved = describe(expected.value + factor, expected).words[0]
    sign = "plus" if factor > 0 else "minus"
    assert moved.startswith(f"what is expected {sign} ")
    assert abs(float(moved.split()[-1]) - abs(factor)) <= 6e-4


def test_channels_of_which_one_is_lost_are_still_found() -> None:
    expected = right((1, 7, 4, 5))
    order = [3, 5, 6, 0, 2, 1, 4]
    got = expected.value[:, order]
    got[:, 2] = 9
    words = describe(got, expected).words
    assert words[0] == "channels in another order: 3, 5, ?, 0, 2, 1, 4"


def test_values_that_were_mostly_zero_prove_no_shift() -> None:
    value = np.where(integers(1, "few", SHAPE, 0, 20) == 0, bell(1, "value", SHAPE), 0.0)
    expected = Enclosure(value, np.full(SHAPE, BOUND))
    got = np.where(value != 0, 0.0, value)
    assert describe(got, expected).words[-1] == "all 0"


def test_what_was_never_written_is_called_so() -> None:
    expected = right(SHAPE)
    got = expected.value.astype(np.float32)
    got[:, :, -1].view(np.uint32)[...] = POISON
    assert describe(got, expected).words[0].startswith("only the last row")
    assert describe(got, expected).words[1:] == ("never written",)
    got[:, 0] += 1
    assert any("are never written" in words for words in describe(got, expected).words)


@pytest.mark.parametrize(
    ("value", "words"), [(0.0, "it is 0"), (np.nan, "it is NaN"), (np.inf, "it is infinite")]
)
def test_of_a_single_element_nothing_is_said_of_all(value: float, words: str) -> None:
    expected = right(SHAPE)
    got = np.where(where(SHAPE, (0, 1, 2, 3)), value, expected.value)
    assert describe(got, expected).words == ("a single element, [0, 1, 2, 3]", words)


def test_integers_are_described_too() -> None:
    value = integers(1, "classes", (60,), 0, 42)
    expected = Enclosure(value)
    got = np.where(np.arange(60) % 4 == 3, value + 1, value).astype(np.int32)
    found = describe(got, expected)
    assert found.words == ("only every 4th element, from element 3", "always too large")


def test_other_axes_are_called_as_the_caller_calls_them() -> None:
    expected = right((1, 9, 11, 2))
    mask = where((1, 9, 11, 2), (..., 1))
    names = ("image", "row", "column", "coordinate")
    found = describe(spoiled(expected, mask), expected, names)
    assert found.words == ("only the last coordinate",)


AXES = {
    "conv2d": ("image", "channel", "row", "column"),
    "affine_grid": ("image", "row", "column", "coordinate"),
    "linear": ("image", "feature"),
    "local2d_weight_grad": (
        *("filter", "tile row", "tile column", "channel"),
        *("kernel row", "kernel column", "site row", "site column"),
    ),
    "relu": ("image", "channel", "position"),
    "no layer": ("element",),
}


@pytest.mark.parametrize("layer", AXES)
def test_axes_are_called_as_the_layer_declares_them(layer: str) -> None:
    assert axis_names(len(AXES[layer]), layer) == AXES[layer]


@pytest.mark.parametrize("shape", [(), (1,), (1, 1, 1, 1), (2, 3, 4, 5, 6)])
def test_any_number_of_axes_is_described(shape: tuple[int, ...]) -> None:
    expected = right(shape)
    assert describe(expected.value, expected) == Mask(0.0, ())
    found = describe(expected.value + 1, expected)
    assert found.share == 1
    assert "everywhere" in found.words


def test_arrays_of_different_shapes_are_refused() -> None:
    expected = right((3, 4))
    with pytest.raises(ValueError, match=r"shapes \(3, 4\), \(3, 4\) and \(4, 3\)"):
        describe_mask(np.ones((3, 4), bool), expected, np.zeros((4, 3), np.float32))


# --- the elements that are wrong are those that the comparer counts -------------------------------


@given(seeds, st.sampled_from([(7,), (2, 3), (1, 2, 3, 4)]), st.booleans(), st.booleans())
def test_wrong_elements_are_those_that_the_comparer_counts(
    seed: int, shape: tuple[int, ...], fixed: bool, unwritten: bool
) -> None:
    value = bell(seed, "value", shape)
    expected = Enclosure(value, np.abs(bell(seed, "bound", shape)))
    got = (value + bell(seed, "error", shape)).astype(np.float32)
    if unwritten:
        got.view(np.uint32).flat[0] = POISON
    tolerance = Tolerance(0.1, 0.5) if fixed else None
    wrong = wrong_elements(got, expected, tolerance)
    found = compare(got, expected, np.float32, tolerance)
    assert found.failed == np.count_nonzero(wrong)
    assert wrong.any() == (found.verdict != "pass")
    assert not wrong.any() or (found.worst is not None and wrong[found.worst.index])
    assert not wrong_elements(value.astype(np.float32), expected, tolerance).any()


def test_what_was_never_written_is_wrong_even_where_anything_may_come() -> None:
    expected = Enclosure(np.zeros(3), np.full(3, np.inf))
    got = np.array([np.nan, 1, 2], np.float32)
    got.view(np.uint32)[1] = POISON
    assert wrong_elements(got, expected).tolist() == [False, True, False]
    assert compare(got, expected, np.float32).verdict == "unwritten"


def test_elements_of_another_shape_have_no_place() -> None:
    with pytest.raises(ValueError, match=r"shape \(2,\), expected \(3,\)"):
        wrong_elements(np.zeros(2, np.float32), Enclosure(np.zeros(3)))
