"""Products that are rounded part by part are those that are rounded one by one."""

import importlib
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from draws import cases
from hypothesis import given
from hypothesis import strategies as st
from rounding.nearest import FLOAT32, Array, F, rounds_to_definition

from clgold.golden.cases import Case
from clgold.reference import conv2d, correctly_rounded, find_layer, linear
from clgold.reference.evaluate import compute, prepare, widened
from clgold.reference.generator import bell, integers
from clgold.reference.im2col import part_size
from clgold.reference.layer import Enclosure
from clgold.reference.rounded_product import accurate_sums, own_error, rounded_sums
from clgold.reference.rounding import correctly_rounded_values, nearest_float32

LAYERS = ["conv2d", "linear"]
MEBIBYTE = 2**20


def one_by_one(layer: str, operands: tuple[Any, ...], attributes: dict[str, Any]) -> Array:
    """The same by way of formula, error and exact evaluator, as for any other layer."""
    record = find_layer(layer)
    checked, complete, shape = prepare(record, operands, attributes)
    doubles = widened(checked)
    value = compute(record, doubles, complete, shape)
    exact = tuple(None if values is None else Enclosure(values) for values in doubles)
    return correctly_rounded_values(record, exact, value, complete)


def agree(layer: str, operands: tuple[Any, ...], attributes: dict[str, Any]) -> None:
    got = correctly_rounded(layer, *operands, **attributes)
    expected = one_by_one(layer, operands, attributes)
    np.testing.assert_array_equal(got.view(np.uint32), expected.view(np.uint32), strict=True)


@pytest.fixture(params=["whole", "single elements", "parts of rows"])
def parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of the usual size, of one element, and of some that end within a row."""
    sizes = {"whole": None, "single elements": (1, 1, 1), "parts of rows": (60, 2, 300)}
    if (size := sizes[request.param]) is not None:
        module = importlib.import_module("clgold.reference.im2col")
        for name, value in zip(("NUMBERS", "COLUMNS", "LARGEST"), size, strict=True):
            monkeypatch.setattr(module, name, value)
        monkeypatch.setattr(importlib.import_module(linear.__module__), "NUMBERS", size[0])


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("data", ["integers", "reals"])
def test_every_element_is_the_nearest_to_the_definitions(layer: str, data: str) -> None:
    @given(cases(layer, data))
    def holds(case: Case) -> None:
        assert rounds_to_definition(layer, case.operands, case.attributes)

    holds()


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("power", [-147, -126, 0, 120])
def test_parts_give_the_bits_of_the_whole(layer: str, power: int) -> None:
    """With the first operand scaled to the smallest and the largest float32."""

    @given(cases(layer, "reals"))
    def holds(case: Case) -> None:
        first, *others = case.operands
        agree(layer, (np.ldexp(first, power).astype(F), *others), case.attributes)

    holds()


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("layer", LAYERS)
def test_so_they_do_where_the_data_are_not_finite(layer: str) -> None:
    @given(cases(layer, "reals"), st.integers(0, 2), st.sampled_from((np.nan, np.inf, -np.inf)))
    def holds(case: Case, which: int, special: float) -> None:
        operands = [None if o is None else o.copy() for o in case.operands]
        spoiled = operands[which] if operands[which] is not None else operands[0]
        assert spoiled is not None
        spoiled.flat[spoiled.size // 2] = special
        agree(layer, tuple(operands), case.attributes)

    holds()


# Half-way between 1 and 1 + 2⁻²³ and, beyond that, what float64 loses.
NEAR_TIES = st.sampled_from([1.0, -1.0, 2.0**-24, -(2.0**-24), 2.0**-100, -(2.0**-100), 0.0])


@given(st.lists(NEAR_TIES, min_size=12, max_size=12), st.lists(NEAR_TIES, min_size=2, max_size=2))
def test_so_they_do_where_most_elements_are_ties(values: list[float], added: list[float]) -> None:
    x, bias = np.array(values, F).reshape(1, 2, 2, 3), np.array(added, F)
    agree("conv2d", (x, np.ones((2, 1, 1, 2), F), bias), {"groups": 2, "padding": (1, 0)})
    agree("linear", (x.reshape(3, 4), np.ones((2, 4), F), bias), {})


TERMS = st.lists(st.tuples(FLOAT32, FLOAT32), min_size=1, max_size=9)


@given(TERMS, st.booleans())
def test_accurate_sums_are_off_by_no_more_than_they_say(
    pairs: list[tuple[float, float]], cancelling: bool
) -> None:
    terms = [x * w for x, w in pairs]
    terms += [-t for t in terms[1:]] if cancelling else []
    value, error = accurate_sums(np.array([terms]))
    exact = sum(map(Fraction, terms), Fraction(0))
    assert abs(Fraction(value.item()) - exact) <= Fraction(error.item())
    with np.errstate(over="ignore"):
        assert rounded_sums(np.array([terms])).item() == nearest_float32(exact)


def test_an_accurate_sum_of_few_bits_is_exact() -> None:
    terms = np.tile(np.arange(4608.0) % 17 - 8, (7, 1))
    value, error = accurate_sums(terms)
    np.testing.assert_array_equal(value, terms.sum(axis=1))
    assert not error.any()


@given(cases("linear", "reals"))
def test_the_products_own_error_is_a_bound(case: Case) -> None:
    """Of the float64 sum in whatever order: here from the left."""
    x, w = (o.astype(np.float64) for o in case.operands[:2])
    lengths = np.linalg.norm(w, axis=1), np.linalg.norm(x, axis=1)
    error = own_error(x.shape[1], np.multiply.outer(*lengths), 0.0)
    for o, n in np.ndindex(error.shape):
        value, terms = 0.0, (w[o] * x[n]).tolist()
        for term in terms:
            value += term
        assert abs(Fraction(value) - sum(map(Fraction, terms))) <= Fraction(error[o, n])


@given(st.tuples(st.integers(1, 9999), st.integers(1, 9999)), st.integers(1, 2**23))
def test_a_part_takes_at_most_32_megabytes(counts: tuple[int, int], numbers: int) -> None:
    height, width = part_size(counts, numbers)
    assert min(height, width) >= 1
    assert height == 1 or width == counts[1]
    assert height * width == 1 or 8 * height * width * numbers <= 32 * MEBIBYTE


@pytest.mark.parametrize("scales", [(1.0, 1.0), (1.0, 2.0**-30), (1.0, 0.0)])
def test_rows_and_columns_need_not_be_alike(scales: tuple[float, float]) -> None:
    """Long ones beside short ones, or none: what is in doubt is decided by its own length."""
    scale = np.resize(np.array(scales, F), 40)
    x = bell(1, "x", (40, 65)).astype(F) * scale[:, np.newaxis]
    w = bell(1, "w", (40, 65)).astype(F) * scale[:, np.newaxis]
    for bias in (None, scale):
        agree("linear", (x, w, bias), {})


@pytest.mark.parametrize("alike", [0.0, np.inf])
def test_either_way_of_testing_gives_the_same(
    monkeypatch: pytest.MonkeyPatch, alike: float
) -> None:
    """Ties, and sums that cancel: of small integers and their neighbours, over 2²⁴."""
    module = importlib.import_module("clgold.reference.rounded_product")
    monkeypatch.setattr(module, "ALIKE", alike)
    x = (2.0 ** np.arange(24)[::-1] * integers(1, "x", (50, 24), -3, 3)).astype(F)
    w = (1 + 2.0**-12 * integers(1, "w", (30, 24), -1, 1)).astype(F)
    agree("linear", (x, w, None), {})
    agree("linear", (x, w, x[0, 0] + np.arange(30, dtype=F)), {})


def peak(work: Callable[[], Array]) -> float:
    """The most memory in use at a time, beyond what was before, in MiB."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / MEBIBYTE
    finally:
        tracemalloc.stop()


def test_columns_of_a_large_convolution_take_little_memory() -> None:
    """391 MiB of columns, in one row of the output; the image has 3 MiB."""
    x = bell(1, "x", (1, 8, 1, 100_063)).astype(F)
    w = bell(1, "w", (2, 8, 1, 64)).astype(F)
    assert peak(lambda: conv2d(x, w)) < 128
    assert peak(lambda: correctly_rounded("conv2d", x, w)) < 128


def test_weights_of_a_large_linear_layer_are_not_widened_as_a_whole() -> None:
    """76 MiB in float64."""
    x, w = bell(1, "x", (1, 10_000)).astype(F), bell(1, "w", (1000, 10_000)).astype(F)
    assert peak(lambda: linear(x, w)) < 20
    assert peak(lambda: correctly_rounded("linear", x, w)) < 20
