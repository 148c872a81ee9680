"""Powers too large to be written out: rounded as exactly, in a moment, and never a loop."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounding.nearest import QUIET_NAN, F, is_nearest, neighbours, one_row, place

from clgold.reference import correctly_rounded, error_bound, local_response_norm, lp_pool2d

POWERS = (64, 65, 66, 101)
PIXELS = st.lists(st.integers(-9, 9), min_size=1, max_size=4)


def pooled(pixels: Sequence[float], power: float) -> np.float32:
    x = one_row(*pixels)
    found = correctly_rounded("lp_pool2d", x, norm_type=power, kernel_size=(1, len(pixels)))
    return F(found.item())


def normed(pixels: Sequence[float], **attributes: float) -> np.ndarray:
    x = np.array(pixels, F).reshape(1, -1, 1)
    return correctly_rounded("local_response_norm", x, **attributes).ravel()


@given(PIXELS, st.sampled_from(POWERS))
def test_a_root_of_large_powers_is_the_nearest(pixels: list[int], power: int) -> None:
    """Compared by the powers of the middles between float32, in whole numbers."""
    total, y = sum(x**power for x in pixels), pooled(pixels, power)
    if total < 0:
        assert y.view(np.uint32) == QUIET_NAN
    elif total == 0:
        assert y.view(np.uint32) == 0
    else:
        low, high = (((place(other) + place(y)) / 2) ** power for other in neighbours(y))
        assert low <= total <= high


@pytest.mark.parametrize("power", [1e9, 1e9 + 1, 1e12, 1e12 + 1, 1e308])
def test_the_largest_pixel_is_left_of_an_immense_power(power: float) -> None:
    assert pooled([3, 4, 2.5, 0], power) == 4
    odd = power % 2 == 1
    y = pooled([3, -4, 4, -2.5], power)
    assert y == (3 if odd else 4)
    y = pooled([3, -4], power)
    assert np.isnan(y) if odd else y == 4


@pytest.mark.parametrize("scale", [2.0**-100, 2.0**-37, 2.0**90])
def test_a_small_window_beside_large_ones_is_no_zero(scale: float) -> None:
    """Powers that float64 does not hold, if everything is scaled by the largest pixel of all."""
    x = one_row(2.0**120, 2.0**120, 3 * scale, 4 * scale)
    window = {"norm_type": 33.0, "kernel_size": (1, 2)}
    rounded = correctly_rounded("lp_pool2d", x, **window).ravel()
    assert pooled([3 * scale, 4 * scale], 33.0) == rounded[1] == F(scale) * pooled([3, 4], 33.0)
    np.testing.assert_allclose(lp_pool2d(x, **window).ravel(), rounded, rtol=1e-7)
    assert error_bound("lp_pool2d", one_row(scale, scale), **window) > 0


def test_an_immense_root_of_a_tiny_power_is_beyond_every_number() -> None:
    assert pooled([3, 4], 1e-300) == np.inf
    assert pooled([0.25, 0.25], 1e-300) == np.inf  # 2^(10³⁰⁰)/4
    assert pooled([0.25], 1e-300) == 0.25


@given(PIXELS, st.sampled_from((65, 66, -65, -66, 101)), st.sampled_from((-3, 1, 2)))
def test_a_quotient_by_a_large_power_is_the_nearest(pixels: list[int], beta: int, k: int) -> None:
    found = normed(pixels, size=1, alpha=1.0, beta=float(beta), k=float(k))
    for x, y in zip(pixels, found, strict=True):
        base = Fraction(k + x * x)
        if base == 0:
            assert beta < 0
            assert y == 0
        else:
            assert is_nearest(y, x / base**beta)


@pytest.mark.parametrize("beta", [1.0, 3.0, 0.75, 65.0, 1e12])
def test_by_zero_is_an_infinity_or_no_number(beta: float) -> None:
    found = normed([1, -2, 0], size=3, alpha=0.0, beta=beta, k=0.0)
    np.testing.assert_array_equal(found, [np.inf, -np.inf, np.nan])
    found = normed([1, -2, 0], size=3, alpha=0.0, beta=-beta, k=0.0)
    np.testing.assert_array_equal(found, [0, 0, 0])


@pytest.mark.parametrize("beta", [1.0, 2.0, 0.5, 65.0])
def test_a_base_that_float64_takes_for_zero_is_not_zero(beta: float) -> None:
    """1 − (0.5² + 0.5² + 0.5² + 0.5²) is 0; with 2⁻³⁰ in place of a 0 it is −2⁻⁶⁰."""
    pixels, attributes = [0.5, 0.5, 0.5, 0.5, 2.0**-30], {"size": 9, "alpha": -9.0, "k": 1.0}
    y = normed(pixels, **attributes, beta=beta)[0]
    if beta == 0.5:
        assert np.isnan(y)
    else:
        assert is_nearest(y, Fraction(1, 2) / Fraction(-(2.0**-60)) ** int(beta))


@pytest.mark.parametrize("beta", [1e12, -1e12, 1e308, -1e308])
def test_immense_exponents_end_in_zero_or_infinity(beta: float) -> None:
    y = normed([1, -2, 0], size=3, beta=beta, k=2.0)
    np.testing.assert_array_equal(y, [0, 0, 0] if beta > 0 else [np.inf, -np.inf, 0])


def test_a_window_of_more_channels_than_there_are_takes_no_longer() -> None:
    x = np.arange(1, 6, dtype=F).reshape(1, 5, 1)
    size = 10**12
    np.testing.assert_array_equal(
        local_response_norm(x, size, alpha=float(size), k=0.0, beta=1.0).ravel(),
        np.arange(1, 6) / 55,
    )


@pytest.mark.parametrize("power", [65.0, 1001.0])
def test_a_bound_is_never_nan(power: float) -> None:
    x = one_row(3, -4, 4, -2.5)
    bound = error_bound("lp_pool2d", x, norm_type=power, kernel_size=(1, 2))
    assert not np.isnan(bound).any()
    bound = error_bound("local_response_norm", x, size=3, alpha=3.0, beta=power, k=-3.0)
    assert not np.isnan(bound).any()
