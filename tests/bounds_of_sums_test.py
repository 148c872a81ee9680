"""Bounds of sums hold at any length, in any order, fused or not; a declared height makes less."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from honest import KINDS, draw_case
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import FULL, LAYERS, ask, error_bound, find_chain
from clgold.reference.generator import bell, integers

Array = np.ndarray
F = np.float32
BITS = 3  # of a format so coarse that sums of a few dozen terms are beyond 1/u
U = 2.0**-BITS
MANY = 20_000


def coarse(values: Array) -> Array:
    """The nearest numbers of BITS bits, ties to even."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(fraction, BITS)), exponent - BITS)


def staircase(seed: int, count: int) -> Array:
    """Ones beside which the rest vanishes, here and there."""
    return 2.0 ** -integers(seed, "stairs", (count, MANY), 0, 1 + BITS).astype(np.float64)


def signed(seed: int, count: int) -> Array:
    return coarse(bell(seed, "terms", (count, MANY)))


def alike(seed: int, count: int) -> Array:
    """All but the first are half a last place of it."""
    terms = np.full((count, MANY), U * 0.5)
    terms[0] = 1.0
    return terms * (1 + U * integers(seed, "more", (count, MANY), 0, 2))


def from_the_left(terms: list[Array], seed: int) -> Array:
    total = terms[0]
    for term in terms[1:]:
        total = coarse(total + term)
    return total


def any_tree(terms: list[Array], seed: int) -> Array:
    """Two of what is left are added, whichever, until one is left."""
    left = list(terms)
    for k in range(len(terms) - 1):
        place = int(integers(seed, f"pair {k}", (), 0, len(left) - 2))
        left.append(coarse(left.pop(place) + left.pop(place)))
    return left[0]


def fused(products: Array, seed: int) -> Array:
    """Products that are not rounded before they are added."""
    total = coarse(products[0])
    for product in products[1:]:
        total = coarse(total + product)
    return total


@pytest.mark.parametrize("count", [2, 3, 9, 40])
@pytest.mark.parametrize("data", [staircase, signed, alike])
def test_a_sum_is_off_by_its_length_times_u_and_no_more(
    data: Callable[[int, int], Array], count: int
) -> None:
    """Where K·u is 5 the bound still holds: γ_K would have had no meaning from 8 terms on."""
    x, w = data(1, count), coarse(1 + np.abs(bell(2, "weights", (count, MANY))))
    products = x * w
    rounded = list(coarse(products))
    allowed = replace(FULL, u=U).summed(count, count) * np.abs(products).sum(axis=0)
    exact = products.sum(axis=0)
    forms = (from_the_left(rounded, 0), any_tree(rounded, 3), any_tree(rounded, 4))
    for got in (*forms, fused(products, 0)):
        assert np.all(np.abs(got - exact) <= allowed)


def test_the_bound_is_of_use_where_gamma_is_infinite() -> None:
    """1 + u + u + … is 1: 25 terms of 3 bits are off by three quarters of their sum."""
    terms = np.full((25, 1), U)
    terms[0] = 1.0
    off = terms.sum() - from_the_left(list(terms), 0)
    profile = replace(FULL, u=U)
    assert np.isinf(profile.gamma(25))
    assert 0.2 < off / (profile.summed(25, 25) * terms.sum()) <= 1


def test_a_linear_layer_of_more_than_2_to_the_24_products_has_a_bound() -> None:
    """γ_K would be −5.6·10¹³ for K = 2²⁴ + 5."""
    count = 2**24 + 5
    row = np.ones((1, count), F) * F(1 + 2.0**-23)
    bound = error_bound("linear", row, row)
    assert bound == pytest.approx(
        count * FULL.u * np.square(row[0, 0], dtype=float) * count, rel=2e-6
    )


@given(data=st.data(), seed=st.integers(0, 9999), bits=st.integers(3, 24))
def test_every_bound_is_a_number_from_0_on_or_infinite(
    data: st.DataObject, seed: int, bits: int
) -> None:
    """In formats so coarse, too, that every sum is longer than 1/u."""
    layer = data.draw(st.sampled_from(LAYERS))
    kind = data.draw(st.sampled_from(sorted(KINDS[layer.name])))
    case = draw_case(layer.name, kind, seed, volume=40)
    question = ask(find_chain(case.layer), case.operands, case.attributes)
    found = question.answer(replace(FULL, u=2.0**-bits))
    assert np.all((found.radius >= 0) | np.isnan(found.value))


@given(seed=st.integers(0, 9999), height=st.sampled_from([None, 7, lambda k: 3 + k // 4]))
def test_a_bound_grows_with_the_number_of_products(seed: int, height: Any) -> None:
    x, w = (bell(seed, name, (1, 60)).astype(F) for name in "xw")
    profile = replace(FULL, u=2.0**-5, height=None if height is None else make(height))
    bounds = [
        float(error_bound("linear", x[:, :k], w[:, :k], profile=profile)[0, 0])
        for k in range(1, 61)
    ]
    assert all(one <= next_ for one, next_ in pairwise(bounds))


def make(height: Any) -> Callable[[int], float]:
    return height if callable(height) else lambda _: height


def test_a_height_makes_a_bound_smaller_and_lanes_stay_within() -> None:
    """Eight lanes of 75 products: 75 roundings, 3 more for their sums, one for the bias."""
    x, w = (bell(5, name, (4, 600)).astype(F) for name in "xw")
    bias = bell(5, "bias", (4,)).astype(F)
    profile = replace(FULL, height=lambda k: -(-k // 8) + 4)
    bound, loose = (error_bound("linear", x, w, bias, profile=p) for p in (profile, FULL))
    assert np.all(bound < loose / 6)
    products = x[:, np.newaxis] * w  # (4, 4, 600), each rounded
    lanes = np.zeros((4, 4, 8), F)
    for k in range(0, 600, 8):
        lanes += products[..., k : k + 8]
    pairs = lanes[..., ::2] + lanes[..., 1::2]
    got = pairs[..., :2].sum(-1, dtype=F) + pairs[..., 2:].sum(-1, dtype=F) + bias
    exact = x.astype(float) @ w.T.astype(float) + bias
    assert np.all(np.abs(got - exact) <= bound)


def test_zeros_do_not_make_a_declared_tree_flat() -> None:
    """Ten numbers among 1024 may all meet in one path of the tree, 10 additions deep."""
    x = np.zeros((1, 1024), F)
    x[0, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]] = 1 + 2.0**-23
    profile = replace(FULL, height=lambda k: 1 + np.log2(k))
    bound = error_bound("linear", x, np.abs(x) + 1, profile=profile)
    mag = float((x.astype(float) * (np.abs(x) + 1)).sum())
    assert bound == pytest.approx(11 * FULL.u * mag, rel=1e-5)
