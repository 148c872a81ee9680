"""An answer that is a choice stays one in every chain: NaN in maxima, ties, the nearest pixel."""

from typing import Any

import numpy as np
import pytest

from clgold.conformance.judge.compare import compare
from clgold.reference import FULL, ask, find_chain
from clgold.reference.generator import bell

Array = np.ndarray
F = np.float32
NAN, INF = np.nan, np.inf
POOL = {"kernel_size": (1, 2)}


def verdict(chain: str, operands: tuple[Any, ...], got: Any, **attributes: Any) -> str:
    arrays = tuple(None if o is None else np.array(o, F) for o in operands)
    question = ask(find_chain(chain), arrays, attributes)
    dtype = question.chain.dtype
    shaped = np.array(got, dtype).reshape(question.shape)
    return compare(shaped, question.answer(FULL), dtype).verdict


ONE = [[[[1.0]]]]


@pytest.mark.parametrize("second", [1.0, -1.0, 0.3])
@pytest.mark.parametrize("first_is_missing", [True, False])
def test_fmax_is_admitted_in_a_fused_pool(second: float, first_is_missing: bool) -> None:
    row = [NAN, second] if first_is_missing else [second, NAN]
    operands = ([[[row]]], ONE, [0.1])
    rest = F(second) + F(0.1)
    elu = rest if rest > 0 else np.expm1(rest)
    chain = "conv2d+max_pool2d+elu"
    for got, said in ((NAN, "pass"), (elu, "pass"), (elu + 1e-3, "wrong"), (0.0, "wrong")):
        assert verdict(chain, operands, got, max_pool2d=POOL) == said, got


CHAINS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any], list[Any], list[Any]]] = {
    "fmax, then a layer of its own for every element": (
        "max_pool2d+sigmoid",
        ([[[[NAN, 0.0]]]],),
        {"max_pool2d": POOL},
        [NAN, 0.5],
        [0.0, 1.0],
    ),
    "fmax twice": (
        "max_pool2d+relu+flatten",
        ([[[[NAN, -2.0]]]],),
        {"max_pool2d": POOL},
        [NAN, 0.0],
        [-2.0],
    ),
    "fmax, then sums: all that read it are NaN, or none is": (
        "max_pool2d+conv2d",
        ([[[[NAN, 3.0, 2.0, 1.0]]]], [[[[1.0, 1.0]]]], None),
        {"max_pool2d": POOL},
        [NAN, 5.0],
        [2.0, 3.0],
    ),
    "fmax(NaN, 0) of a ReLU, then sums": (
        "relu+linear",
        ([[NAN, 3.0]], [[2.0, 1.0]], [0.5]),
        {},
        [NAN, 3.5],
        [0.5],
    ),
    "fmax, then a softmax": (
        "max_pool2d+softmax",
        ([[[[NAN, 1.0, 1.0, 1.0]]]],),
        {"max_pool2d": POOL, "softmax": {"dim": 3}},
        [[NAN, NAN], [0.5, 0.5]],
        [[0.0, 1.0]],
    ),
    "an index beside NaN": (
        "max_pool2d+argmax",
        ([[[[NAN, 1.0, 2.0, 0.0]]]],),
        {"max_pool2d": POOL, "argmax": {"dim": 3}},
        [0, 1],
        [2],
    ),
    "an index beside NaN that sums have left": (
        "linear+argmax",
        ([[1.0, 0.1]], [[NAN, 1.0], [0.3, 1.0], [0.2, 1.0]], None),
        {"argmax": {"dim": 1}},
        [0, 1],
        [2],
    ),
    "the nearest of two pixels, and nothing between them": (
        "grid_sample+elu",
        ([[[[1.0, 4.0]]]], [[[[0.0, 0.0]]]]),
        {"grid_sample": {"mode": "nearest"}},
        [1.0, 4.0],
        [2.5, NAN],
    ),
    "the nearest of two pixels, moved": (
        "grid_sample+flatten",
        ([[[[1.0, 4.0]]]], [[[[0.0, 0.0], [-1.0, 0.0]]]]),
        {"grid_sample": {"mode": "nearest"}},
        [[1.0, 1.0], [4.0, 1.0]],
        [[1.0, 4.0], [2.5, 1.0]],
    ),
    "the nearest of two pixels, in a sum": (
        "grid_sample+conv2d",
        ([[[[1.0, 4.0]]]], [[[[0.0, 0.0]]]], [[[[2.0]]]], None),
        {"grid_sample": {"mode": "nearest"}},
        [2.0, 8.0],
        [-5.0, 15.0, NAN],
    ),
    "the nearest of a number and NaN": (
        "grid_sample+max_pool2d",
        ([[[[1.0, NAN]]]], [[[[0.0, 0.0]]]]),
        {"grid_sample": {"mode": "nearest"}, "max_pool2d": {"kernel_size": 1}},
        [1.0, NAN],
        [0.0],
    ),
    "the maximum of infinities beside NaN": (
        "max_pool2d+elu",
        ([[[[NAN, -INF]]]],),
        {"max_pool2d": POOL},
        [NAN, -1.0],
        [-INF, 0.0],
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_a_choice_is_carried_through_a_chain(case: str) -> None:
    chain, operands, attributes, right, wrong = CHAINS[case]
    for said, values in (("pass", right), ("wrong", wrong)):
        for got in values:
            assert verdict(chain, operands, got, **attributes) == said, got


def test_the_bound_of_the_rest_holds_beside_nan() -> None:
    """The convolution before the pool rounds: what fmax leaves is right within its bound."""
    x, w = bell(1, "x", (1, 30, 4, 6)).astype(F), bell(1, "w", (4, 30, 1, 1)).astype(F)
    x[0, 0, ::2, ::2] = NAN
    sums = np.einsum("nchw,mc->nmhw", x, w[:, :, 0, 0])
    pooled = np.fmax.reduce([sums[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)])
    got = np.where(pooled > 0, pooled, np.expm1(pooled))
    question = ask(
        find_chain("conv2d+max_pool2d+elu"), (x, w, None), {"max_pool2d": {"kernel_size": 2}}
    )
    right = question.answer(FULL)
    assert np.isnan(right.value).all()
    assert compare(got, right, F).verdict == "pass"
    assert compare(got + F(1e-3), right, F).failed == got.size
