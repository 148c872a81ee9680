"""Of large layers a few filters stand for all in the second gate, evenly from every group."""

from typing import Any

import numpy as np
import pytest

from clgold.conformance.judge import few_filters as sample
from clgold.conformance.judge import honest
from clgold.conformance.judge.few_filters import some_filters, spread
from clgold.conformance.judge.precision import assess
from clgold.golden.cases import Case
from clgold.reference import Enclosure
from clgold.reference.linear import LINEAR
from clgold.reference.profile import FULL

Array = np.ndarray
Shapes = tuple[tuple[int, ...] | None, ...]

CASES: dict[str, tuple[Shapes, dict[str, Any]]] = {
    "linear": (((3, 40), (50, 40), (50,)), {}),
    "conv2d": (((2, 4, 7, 6), (12, 4, 3, 3), (12,)), {}),
    "conv2d+max_pool2d+elu": (
        ((1, 4, 9, 8), (12, 4, 3, 3), (12,)),
        {"max_pool2d": {"kernel_size": 2}},
    ),
    "flatten+linear+elu": (((3, 4, 2, 5), (50, 40), (50,)), {}),
}


def run(layer: str, shapes: Shapes, attributes: dict[str, Any]) -> tuple[Case, Array, Enclosure]:
    """A case, the float32 nearest to its result, and what the reference expects."""
    case = Case(layer, "real", shapes, attributes, 5)
    expected = case.question.enclose(FULL)[case.chain.layers[-1].name]
    return case, expected.value.astype(np.float32), expected


@pytest.mark.parametrize("layer", CASES)
def test_a_sample_is_the_same_layer_with_fewer_filters(
    monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    case, got, expected = run(layer, *CASES[layer])
    everything = honest.products(case.question)
    monkeypatch.setattr(sample, "ENOUGH", everything // 3)
    fewer, some, wanted = some_filters(case.question, got, expected)
    again = fewer.answer(FULL)
    assert 0 < some.shape[1] <= got.shape[1] // 3
    assert some.shape == wanted.value.shape
    assert np.allclose(wanted.value, again.value, rtol=1e-14, atol=0)
    assert np.allclose(wanted.radius, again.radius, rtol=1e-12, atol=0)
    products = honest.products(fewer)
    assert products <= everything // 3


def test_little_work_is_looked_at_as_a_whole() -> None:
    case, got, expected = run("linear", *CASES["linear"])
    same = some_filters(case.question, got, expected)
    assert same[1] is got
    assert same[2] is expected


def test_a_softmax_keeps_all_of_its_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "ENOUGH", 1)
    attributes = {"softmax": {"dim": 1}, "argmax": {"dim": 1}}
    case, got, expected = run("linear+softmax+argmax", CASES["linear"][0], attributes)
    same = some_filters(case.question, got, expected)
    assert same[1] is got


@pytest.mark.parametrize(
    ("count", "groups", "share", "chosen"),
    [
        (12, 1, 1 / 3, [0, 3, 6, 9]),
        (12, 2, 1 / 3, [0, 3, 6, 9]),
        (12, 3, 1 / 2, [0, 2, 4, 6, 8, 10]),
        (7, 1, 0.3, [0, 3]),
        (6, 6, 0.01, [0, 1, 2, 3, 4, 5]),  # one channel a group: none can be left out
    ],
)
def test_filters_are_spread_evenly_over_every_group(
    count: int, groups: int, share: float, chosen: list[int]
) -> None:
    assert spread(count, groups, share).tolist() == chosen


@pytest.mark.parametrize("bits", [24, 8], ids=["float32", "bf16"])
def test_a_sample_tells_honest_sums_from_those_of_few_bits(
    monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    monkeypatch.setattr(sample, "ENOUGH", 2**14)
    shapes: Shapes = ((2, 300), (400, 300), (400,))
    case, _, expected = run("linear", shapes, {})
    x, w, b = case.operands
    assert x is not None
    assert w is not None
    if bits < 24:
        x, w = (cut(one, bits) for one in (x, w))
    assert LINEAR.honest is not None
    got = LINEAR.honest(honest.pairwise, x, w, b)
    found = assess(case.question, got, {"linear": expected})
    assert found.imprecise == (bits < 24)


def cut(values: Array, bits: int) -> Array:
    """float32 without its last places."""
    drop = np.uint32(24 - bits)
    return (values.view(np.uint32) >> drop << drop).view(np.float32)
