"""The comparer passes what is right, and rejects what is wrong: each claim in both directions."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clgold.conformance.judge.compare import PIECE, Comparison, Tolerance, compare
from clgold.golden.cases import Case
from clgold.reference import FULL, Enclosure, find_layer
from clgold.reference.evaluate import PIECE as EVALUATED
from clgold.reference.evaluate import enclose_resolved, enclose_whole
from clgold.reference.generator import bell, integers
from clgold.reference.poison import POISON

Array = np.ndarray

SUBNORMAL = 2.0**-140
LARGEST = float(np.finfo(np.float32).max)

EXPECTED = {
    "finite": 1.5,
    "NaN": np.nan,
    "+inf": np.inf,
    "-inf": -np.inf,
    "+0": 0.0,
    "-0": -0.0,
    "subnormal": SUBNORMAL,
    "overflow": 1e39,
    "negative overflow": -1e39,
}
GOT = {
    "finite": 1.5,
    "NaN": np.nan,
    "+inf": np.inf,
    "-inf": -np.inf,
    "+0": 0.0,
    "-0": -0.0,
    "subnormal": SUBNORMAL,
    "largest": LARGEST,
}
# With a bound of 0: the same class, but that zeros are equal and that an overflow is an infinity.
PASSES = {(name, name) for name in EXPECTED} | {
    ("+0", "-0"),
    ("-0", "+0"),
    ("overflow", "+inf"),
    ("negative overflow", "-inf"),
}

seeds = st.integers(0, 9999)
shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)


def judge(got: Array, value: Array, bound: Array | float = 0.0) -> Comparison:
    """float32 `got` beside `value` ± `bound`."""
    expected = np.asarray(value, np.float64)
    radius = np.broadcast_to(np.float64(bound), expected.shape)
    return compare(np.asarray(got, np.float32), Enclosure(expected, radius), np.float32)


def sample(seed: int, shape: tuple[int, ...]) -> Array:
    """float32 numbers of which no two are equal and none is 0."""
    count = int(np.prod(shape))
    values = bell(seed, "compare", shape) / 8 + np.arange(1, count + 1).reshape(shape)
    return values.astype(np.float32)


def spaced_by_half(seed: int, shape: tuple[int, ...]) -> Array:
    """float32 numbers in a binade in which they are ½ apart, of both signs."""
    size = integers(seed, "size", shape, 2**22 + 64, 2**23 - 64)
    return (size * (2 * integers(seed, "sign", shape, 0, 1) - 1)).astype(np.float32)


@st.composite
def cases(draw: st.DrawFn, least: int = 1) -> tuple[Array, tuple[int, ...]]:
    """Numbers and the index of one of them; at least so many."""
    shape = draw(shapes.filter(lambda shape: np.prod(shape) >= least))
    values = sample(draw(seeds), shape)
    flat = draw(st.integers(0, values.size - 1))
    return values, tuple(int(i) for i in np.unravel_index(flat, shape))


@pytest.mark.parametrize(("expected", "got"), [*product(EXPECTED, GOT)])
def test_an_exact_result_must_be_of_the_expected_class(expected: str, got: str) -> None:
    found = judge([GOT[got]], [EXPECTED[expected]])
    passes = (expected, got) in PASSES
    assert found.verdict == ("pass" if passes else "wrong")
    assert found.failed == (0 if passes else 1)
    assert (found.budget_used == 0) == passes


@pytest.mark.parametrize(("expected", "got"), [*product(["NaN", "+inf", "-inf"], GOT)])
def test_no_bound_makes_a_number_of_what_is_none(expected: str, got: str) -> None:
    found = judge([GOT[got]], [EXPECTED[expected]], 1e38)
    assert (found.verdict == "pass") == (expected == got)


@pytest.mark.parametrize("got", ["NaN", "+inf", "-inf"])
def test_no_finite_bound_excuses_a_nan_or_an_infinity(got: str) -> None:
    assert judge([GOT[got]], [1.5], 1e38).verdict == "wrong"


def test_a_subnormal_may_be_flushed_only_within_its_bound() -> None:
    assert judge([0.0], [SUBNORMAL], SUBNORMAL).verdict == "pass"
    assert judge([-0.0], [-SUBNORMAL], SUBNORMAL).verdict == "pass"
    assert judge([0.0], [SUBNORMAL], SUBNORMAL / 2).verdict == "wrong"


@pytest.mark.parametrize("sign", [1, -1])
def test_what_may_round_to_infinity_may_be_either(sign: int) -> None:
    for got in (LARGEST, np.inf):
        assert judge([sign * got], [sign * LARGEST], 2.0**104).verdict == "pass"
    assert judge([-sign * np.inf], [sign * LARGEST], 2.0**104).verdict == "wrong"
    assert judge([sign * np.inf], [sign * LARGEST], 2.0**102).verdict == "wrong"


def test_an_unknown_bound_lets_anything_pass_and_uses_no_budget() -> None:
    got = np.array([1, np.nan, np.inf, -5], np.float32)
    found = judge(got, np.zeros(4), np.inf)
    assert (found.verdict, found.budget_used) == ("pass", 0)


@given(cases())
def test_the_expected_values_pass(case: tuple[Array, tuple[int, ...]]) -> None:
    values, _ = case
    found = judge(values, values)
    assert (found.verdict, found.failed, found.count) == ("pass", 0, values.size)
    assert found.budget_used == 0


@given(seeds, shapes, st.integers(1, 60), st.sampled_from([1, -1]), st.data())
def test_the_bound_itself_passes_and_the_next_number_does_not(
    seed: int, shape: tuple[int, ...], steps: int, side: int, data: st.DataObject
) -> None:
    values = spaced_by_half(seed, shape)
    at = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    got, bound = values.copy(), steps / 2
    got[at] += np.float32(side * bound)
    edge = judge(got, values, bound)
    assert (edge.verdict, edge.budget_used) == ("pass", 1)
    got[at] = np.nextafter(got[at], np.float32(side * np.inf))
    beyond = judge(got, values, bound)
    assert (beyond.verdict, beyond.failed) == ("wrong", 1)
    assert beyond.message == f"1 of {values.size} elements beyond their bound"
    assert beyond.budget_used == (steps + 1) / steps
    assert beyond.worst is not None
    assert beyond.worst.index == at
    assert beyond.worst.expected == values[at]
    assert beyond.worst.got == got[at]
    assert beyond.worst.bound == bound


@given(cases(), st.sampled_from([1, -1]))
def test_a_bound_of_zero_and_a_tolerance_of_zero_mean_zero(
    case: tuple[Array, tuple[int, ...]], side: int
) -> None:
    values, at = case
    got = values.copy()
    got[at] = np.nextafter(got[at], np.float32(side * np.inf))
    assert judge(got, values).verdict == "wrong"
    loose = Enclosure(values.astype(np.float64), np.full(values.shape, 1e9))
    assert compare(got, loose, np.float32).verdict == "pass"
    assert compare(got, loose, np.float32, Tolerance(0.0, 0.0)).verdict == "wrong"
    assert compare(values, loose, np.float32, Tolerance(0.0, 0.0)).verdict == "pass"


@given(cases())
def test_a_lost_element_is_unwritten(case: tuple[Array, tuple[int, ...]]) -> None:
    values, at = case
    got = values.copy()
    got.view(np.uint32)[at] = POISON
    found = judge(got, values, 0.5)
    assert (found.verdict, found.failed) == ("unwritten", 1)
    assert found.message == f"1 of {values.size} elements never written"
    assert found.worst is not None
    assert found.worst.index == at
    assert np.isnan(found.worst.got)


def test_a_nan_that_is_no_poison_is_wrong_and_not_unwritten() -> None:
    assert judge([np.nan, 1], [1, 1]).verdict == "wrong"


@given(cases(least=2))
def test_the_neighbours_value_is_wrong(case: tuple[Array, tuple[int, ...]]) -> None:
    values, at = case
    got = values.copy()
    flat = int(np.ravel_multi_index(at, values.shape))
    got[at] = values.ravel()[flat - 1]
    found = judge(got, values, 0.1)
    assert (found.verdict, found.failed) == ("wrong", 1)


@given(cases())
def test_zeros_are_wrong_everywhere(case: tuple[Array, tuple[int, ...]]) -> None:
    values, _ = case
    found = judge(np.zeros_like(values), values, 0.5)
    assert found.verdict == "wrong"
    assert found.failed == np.count_nonzero(np.abs(values) > 0.5)


@given(seeds, st.integers(2, 5), st.integers(1, 4))
def test_swapped_channels_are_wrong(seed: int, channels: int, size: int) -> None:
    values = sample(seed, (1, channels, size, size + 1))
    got = values.copy()
    got[:, [0, 1]] = got[:, [1, 0]]
    found = judge(got, values, 0.1)
    assert (found.verdict, found.failed) == ("wrong", 2 * size * (size + 1))


@given(seeds, st.integers(2, 5))
def test_exchanged_axes_are_wrong_even_if_the_shape_stays(seed: int, size: int) -> None:
    values = sample(seed, (1, 2, size, size))
    found = judge(values.swapaxes(2, 3), values, 0.1)
    assert (found.verdict, found.failed) == ("wrong", 2 * size * (size - 1))


@given(seeds, shapes, shapes)
def test_another_shape_is_wrong_and_both_are_named(
    seed: int, shape: tuple[int, ...], other: tuple[int, ...]
) -> None:
    assume(shape != other)
    found = judge(np.zeros(other), sample(seed, shape), 1e9)
    assert (found.verdict, found.message) == ("wrong", f"shape {other}, expected {shape}")


@pytest.mark.parametrize("dtype", ["float64", "float16", "int32", "uint32"])
def test_another_dtype_is_wrong_and_both_are_named(dtype: str) -> None:
    expected = Enclosure(np.ones(3))
    found = compare(np.ones(3, dtype), expected, np.float32)
    assert (found.verdict, found.message) == ("wrong", f"dtype {dtype}, expected float32")


@pytest.mark.parametrize("shape", [(0,), (2, 0, 3)])
def test_an_empty_result_has_nothing_wrong_and_counts_nothing(shape: tuple[int, ...]) -> None:
    found = judge(np.zeros(shape), np.zeros(shape))
    assert (found.verdict, found.count, found.worst) == ("pass", 0, None)


def test_a_single_number_without_axes_is_compared() -> None:
    assert judge(np.float32(2), np.float64(2)).verdict == "pass"
    found = judge(np.float32(3), np.float64(2))
    assert found.verdict == "wrong"
    assert found.worst is not None
    assert (found.worst.index, found.worst.got) == ((), 3)


VIEWS: dict[str, Callable[[Array], Array]] = {
    "every second": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "reversed": lambda a: a[::-1].copy()[::-1],
    "Fortran order": np.asfortranarray,
    "transposed twice": lambda a: a.T.copy().T,
}


@pytest.mark.parametrize("view", VIEWS)
@given(case=cases(), spoil=st.booleans())
def test_how_an_array_lies_in_memory_changes_nothing(
    view: str, case: tuple[Array, tuple[int, ...]], spoil: bool
) -> None:
    values, at = case
    got = values.copy()
    if spoil:
        got.view(np.uint32)[at] = POISON
    expected = VIEWS[view](values.astype(np.float64))
    assert judge(VIEWS[view](got), expected) == judge(got, values) or spoil
    assert judge(VIEWS[view](got), expected).verdict == ("unwritten" if spoil else "pass")


def test_any_admissible_choice_passes_and_no_other() -> None:
    choices = np.array([[1, 4], [3, 4]], np.float64)
    expected = Enclosure(choices[0], np.zeros(2), choices)
    for got, verdict in (([1, 4], "pass"), ([3, 4], "pass"), ([2, 4], "wrong"), ([3, 1], "wrong")):
        assert compare(np.array(got, np.int32), expected, np.int32).verdict == verdict


def test_a_choice_may_be_missed_by_no_more_than_the_bound() -> None:
    choices = np.array([[1.0], [3.0]])
    expected = Enclosure(choices[0], np.array([0.25]), choices)
    assert compare(np.array([3.25], np.float32), expected, np.float32).verdict == "pass"
    assert compare(np.array([3.5], np.float32), expected, np.float32).verdict == "wrong"


@given(seeds, st.integers(2, 40), st.data())
def test_the_worst_element_is_the_one_that_uses_most_of_its_own_bound(
    seed: int, count: int, data: st.DataObject
) -> None:
    values = spaced_by_half(seed, (count,))
    large, small = data.draw(
        st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)
    )
    bound = np.full(count, 100.0)
    bound[small] = 2.0
    got = values.copy()
    got[large] += np.float32(20)
    got[small] += np.float32(1)
    found = judge(got, values, bound)
    assert (found.verdict, found.budget_used) == ("pass", 0.5)
    assert found.worst is not None
    assert found.worst.index == (small,)
    got[large] += np.float32(100)
    found = judge(got, values, bound)
    assert found.worst is not None
    assert (found.verdict, found.worst.index) == ("wrong", (large,))


def test_of_elements_beyond_all_measure_the_farthest_is_the_worst() -> None:
    found = judge([1, 5, 2, 9], [1, 1, 1, 1])
    assert found.worst is not None
    assert (found.failed, found.worst.index) == (3, (3,))


def test_a_wrong_class_is_worse_than_any_number() -> None:
    found = judge([1, 1e30, np.nan, 9], [1, 1, 1, 1], 0.5)
    assert found.worst is not None
    assert (found.worst.index, found.budget_used) == ((2,), np.inf)


def test_a_fixed_tolerance_is_absolute_plus_relative() -> None:
    expected = Enclosure(np.array([0.0, 100.0, np.inf]))
    for got, verdict in (
        ([0.5, 101.5, np.inf], "pass"),
        ([0.51, 101.5, np.inf], "wrong"),
        ([0.5, 101.6, np.inf], "wrong"),
        ([0.5, 101.5, 1e38], "wrong"),
    ):
        tolerance = Tolerance(rtol=0.01, atol=0.5)
        assert (
            compare(np.array(got, np.float32), expected, np.float32, tolerance).verdict == verdict
        )


@pytest.mark.parametrize("bound", [np.nan, -1.0])
def test_a_bound_that_is_none_is_refused(bound: float) -> None:
    with pytest.raises(ValueError, match="bound is NaN or negative"):
        judge([1.0], [1.0], bound)


def test_a_large_result_is_judged_element_by_element_too() -> None:
    """Piece by piece: the worst is found wherever it lies, and its place is that in the whole."""
    shape = (3, 7, PIECE // 16 + 5)
    value = bell(4, "large", shape)
    got = value.astype(np.float32)
    expected = Enclosure(value, np.full(shape, 2.0**-20))
    assert compare(got, expected, np.float32).verdict == "pass"
    got[1, 2, 3] += 1
    got[2, 6, PIECE // 16 + 4] -= 2
    found = compare(got, expected, np.float32)
    assert (found.verdict, found.failed, found.count) == ("wrong", 2, value.size)
    assert found.worst is not None
    assert found.worst.index == (2, 6, PIECE // 16 + 4)


@pytest.mark.parametrize("layer", ["sgd", "relu_grad", "dropout"])
def test_a_large_layer_of_single_elements_is_enclosed_piece_by_piece(layer: str) -> None:
    found = find_layer(layer)
    case = Case(layer, "special", ((4 * EVALUATED + 5,),) * len(found.operands), {}, seed=2)
    question = case.question
    given = question.attributes[layer]
    whole = enclose_whole(found, question.exact, given, FULL)
    pieces = enclose_resolved(found, question.exact, given, FULL)
    np.testing.assert_array_equal(pieces.value, whole.value)
    np.testing.assert_array_equal(pieces.bound, whole.bound)
    assert (pieces.choices is None) == (whole.choices is None)
    if pieces.choices is not None and whole.choices is not None:
        np.testing.assert_array_equal(pieces.choices, whole.choices)
