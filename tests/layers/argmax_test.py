"""argmax names the first of the largest values."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import FULL, Enclosure, argmax, error_bound, find_layer
from clgold.reference.evaluate import enclose

ANY = st.one_of(cases("argmax", "integers"), cases("argmax", "reals"))


@given(ANY)
def test_output_is_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(argmax), case.call(definitions.argmax))


@given(ANY)
def test_output_is_an_int64_array_without_the_axis(case: Case) -> None:
    (x,), dim = case.operands, case.attributes["dim"]
    shape = x.shape
    rest = [size for k, size in enumerate(shape) if k != dim % len(shape)]
    assert find_layer("argmax").out_shape(shape, dim=dim) == tuple(rest)
    output = case.call(argmax)
    assert output.shape == tuple(rest)
    assert output.dtype == np.int64


@given(st.lists(st.sampled_from((-1.0, 0.0, 2.0)), min_size=1, max_size=9))
def test_of_equal_maxima_the_first_is_named(values: list[float]) -> None:
    assert argmax(np.array(values, np.float32), 0) == values.index(max(values))


def test_both_zeros_are_equal() -> None:
    assert argmax(np.array([-0.0, 0.0], np.float32), 0) == 0


def test_nan_counts_as_largest() -> None:
    x = np.array([[1, np.nan, np.inf], [np.nan, 2, np.nan]], np.float32)
    np.testing.assert_array_equal(argmax(x, 1), [1, 0])


def test_infinite_values_are_compared() -> None:
    x = np.array([[-np.inf, -np.inf], [-np.inf, np.inf]], np.float32)
    np.testing.assert_array_equal(argmax(x, 1), [0, 1])


@given(ANY)
def test_bound_is_zero_as_an_index_is_right_or_wrong(case: Case) -> None:
    assert not case.call(error_bound, "argmax").any()


@given(cases("argmax", "integers"))
def test_choices_are_the_indices_within_the_inputs_errors(case: Case) -> None:
    """Radius ½: whatever is at most 1 below the maximum may be the largest."""
    (x,) = case.operands
    dim = case.attributes["dim"]
    fuzzy = Enclosure(x.astype(np.float64), np.full(x.shape, 0.5))
    found = enclose(find_layer("argmax"), (fuzzy,), {"dim": dim}, FULL)
    assert found.choices is not None
    rows = np.moveaxis(x, dim, -1)
    for place in np.ndindex(found.value.shape):
        possible = np.flatnonzero(rows[place] >= rows[place].max() - 1)
        assert set(found.choices[(slice(None), *place)]) == set(possible)
