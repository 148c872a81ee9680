"""local_response_norm is what its definition says, with torch's alpha and torch's window."""

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import error_bound, find_layer, local_response_norm

IMAGE = (2, 3, 4, 5)

ANY = st.one_of(cases("local_response_norm", "integers"), cases("local_response_norm", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.local_response_norm)
    assert definitions.close(case.call(local_response_norm), expected, np.abs(expected))


@given(ANY)
def test_output_has_the_inputs_shape(case: Case) -> None:
    layer = find_layer("local_response_norm")
    assert layer.out_shape(*case.shapes, **case.attributes) == case.shapes[0]


@given(cases("local_response_norm", "reals"))
def test_float32_kernels_of_every_form_stay_inside_the_bound(case: Case) -> None:
    exact = case.call(definitions.local_response_norm)
    bound = case.call(error_bound, "local_response_norm")
    assert definitions.inside(case.call(honest.local_response_norm), exact, bound)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, [[0], [1], [2], [3], [4]]),
        (2, [[0], [0, 1], [1, 2], [2, 3], [3, 4]]),  # one before, none after
        (3, [[0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4]]),
        (4, [[0, 1], [0, 1, 2], [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4]]),  # two before, one after
        (5, [[0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4], [1, 2, 3, 4], [2, 3, 4]]),
    ],
)
def test_the_window_begins_half_its_size_before_the_channel(
    size: int, expected: list[list[int]]
) -> None:
    """Each channel's square is a bit of its own: 4ᶜ is seen if bit c of the sum is set."""
    x = np.float32(2) ** np.arange(5, dtype=np.float32).reshape(1, 5, 1)
    y = local_response_norm(x, size, alpha=size, beta=1.0, k=0.0)
    sums = np.rint(x / y).ravel().astype(int)
    seen = [[c for c in range(5) if total >> 2 * c & 1] for total in sums]
    assert seen == expected


def test_alpha_is_divided_by_the_size() -> None:
    x = np.ones((1, 5, 1), np.float32)
    y = local_response_norm(x, 5, alpha=1.0, beta=1.0, k=1.0)
    np.testing.assert_array_equal(y[0, 2], [1 / 2])  # 1/(1 + 5·1/5)


def test_krizhevskys_alpha_is_a_fifth_of_ours() -> None:
    """b = a/(k + α·Σ a²)^β, k = 2, n = 5, α = 10⁻⁴, β = 0.75: α is not divided by n there."""
    (a,) = Case("local_response_norm", "exact", ((1, 96, 3, 2),), {}, seed=9).operands
    padded = np.pad(a.astype(np.float64), ((0, 0), (2, 2), (0, 0), (0, 0)))
    sums = np.stack([(padded[:, i : i + 5] ** 2).sum(axis=1) for i in range(96)], axis=1)
    expected = a / (2 + 1e-4 * sums) ** 0.75
    ours = local_response_norm(a, 5, alpha=5e-4, beta=0.75, k=2.0)
    np.testing.assert_allclose(ours, expected, rtol=1e-14)


def test_alpha_beta_and_k_have_torchs_defaults() -> None:
    (x,) = Case("local_response_norm", "real", ((2, 7, 3),), {}, seed=10).operands
    np.testing.assert_array_equal(
        local_response_norm(x, 3), local_response_norm(x, 3, alpha=1e-4, beta=0.75, k=1.0)
    )


def test_pixels_are_normalised_one_by_one() -> None:
    (x,) = Case("local_response_norm", "real", ((2, 7, 3, 4),), {}, seed=11).operands
    alone = np.ascontiguousarray(x[:, :, 1:2, 2:3])
    np.testing.assert_array_equal(
        local_response_norm(x, 5)[:, :, 1:2, 2:3], local_response_norm(alone, 5)
    )


def test_special_values_reach_only_the_channels_near_them() -> None:
    x = np.array([1, np.nan, 1, 1, np.inf], np.float32).reshape(1, 5, 1)
    y = local_response_norm(x, 3, alpha=3.0, beta=1.0, k=0.0)
    np.testing.assert_array_equal(y.ravel(), [np.nan, np.nan, np.nan, 0, np.nan])


def test_without_k_a_channel_of_zeros_is_not_a_number() -> None:
    zeros = np.zeros((1, 3, 1), np.float32)
    assert np.isnan(local_response_norm(zeros, 3, k=0.0)).all()
    np.testing.assert_array_equal(local_response_norm(zeros, 3), zeros)
