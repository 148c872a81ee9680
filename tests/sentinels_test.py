"""Maxima that are started at a number instead of -infinity are found by the fixed cases' data."""

from collections.abc import Callable

import numpy as np
import pytest

from clgold.conformance.judge.compare import compare
from clgold.golden.tiers import judged_cases
from clgold.reference import FULL, Question

Array = np.ndarray
Maximum = Callable[[Array, int], Array]


def softmax(question: Question, maximum: Maximum) -> Array:
    (x,), dim = question.operands, question.flat["dim"]
    powers = np.exp(x - maximum(x, dim))
    return powers / powers.sum(axis=dim, keepdims=True)


def log_softmax(question: Question, maximum: Maximum) -> Array:
    (x,), dim = question.operands, question.flat["dim"]
    return logarithms(x, maximum(x, dim), dim)


def cross_entropy(question: Question, maximum: Maximum) -> Array:
    x, target = question.operands
    losses = -(target * logarithms(x, maximum(x, 1), 1)).sum(axis=1)
    return np.asarray({"mean": np.mean, "sum": np.sum}[question.flat["reduction"]](losses))


def logarithms(x: Array, largest: Array, dim: int) -> Array:
    return x - largest - np.log(np.exp(x - largest).sum(axis=dim, keepdims=True))


def argmax(question: Question, maximum: Maximum) -> Array:
    (x,), dim = question.operands, question.flat["dim"]
    return np.argmax(x == maximum(x, dim), axis=dim).astype(np.int32)


LAYERS = (softmax, log_softmax, cross_entropy, argmax)


@pytest.mark.parametrize("start", [-1e4, -1e9, -1e30, 0.0])
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
def test_a_maximum_that_starts_at_a_number_is_found(
    layer: Callable[[Question, Maximum], Array], start: float
) -> None:
    def right(x: Array, dim: int) -> Array:
        return x.max(axis=dim, keepdims=True)

    def started(x: Array, dim: int) -> Array:
        return np.maximum(right(x, dim), np.float32(start))

    failed = 0
    for case in judged_cases(layer.__name__):
        question = case.question
        if case.probe != "shifted" or question.flat.get("reduction") == "none":
            continue
        expected = question.answer(FULL)
        dtype = question.chain.dtype
        with np.errstate(all="ignore"):
            own, wrong = (layer(question, way).astype(dtype) for way in (right, started))
        assert compare(own, expected, dtype).verdict == "pass", case
        failed += compare(wrong, expected, dtype).verdict == "wrong"
    assert failed
