"""What is correctly rounded passes at a glance; what is not is judged by its bound."""

import numpy as np
import pytest

from clgold.conformance.judge import elementwise
from clgold.conformance.judge.elementwise import by_element, glance
from clgold.reference import FULL, Question, ask, find_chain, generator

LAYERS = {"sgd": {"lr": 0.01}, "accumulate": {}, "set_zero": {}, "relu": {}, "tanh": {}}
SHAPE = (7, 31, 5)


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elementwise, "LARGE", 1)
    monkeypatch.setattr(elementwise, "BLOCK", 100)


def question(layer: str) -> Question:
    chain = find_chain(layer)
    operands = tuple(
        None if one.optional else generator.bell32(1, name, SHAPE, 1.0)
        for name, one in chain.layers[0].declared(len(chain.layers[0].operands))
    )
    return ask(chain, operands, LAYERS[layer])


@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_rounded_correctly_passes(layer: str) -> None:
    asked = question(layer)
    right = asked.answer(FULL).value.astype(np.float32)
    found = glance(asked, right, FULL)
    assert found is not None
    assert (found.verdict, found.message, found.count) == ("pass", "correctly rounded", right.size)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, 3.5])
def test_one_wrong_element_does_not(layer: str, wrong: float) -> None:
    asked = question(layer)
    got = asked.answer(FULL).value.astype(np.float32)
    got[6, 30, 4] = wrong
    assert glance(asked, got, FULL) is None


def test_what_is_rounded_twice_passes_by_its_bound() -> None:
    asked = question("sgd")
    weight, grad, _ = asked.operands
    assert weight is not None
    assert grad is not None
    found = glance(asked, weight - np.float32(0.01) * grad, FULL)
    assert found is not None
    assert (found.verdict, found.message, found.count) == ("pass", "", weight.size)
    assert 0 < found.budget_used <= 1
    assert found.worst is not None
    assert found.worst.got == (weight - np.float32(0.01) * grad)[found.worst.index]


def test_not_everything_goes_element_by_element() -> None:
    image = generator.bell32(1, "x", (2, 3, 4, 4), 1.0)
    assert by_element(ask(find_chain("relu"), (image,), {}))
    assert not by_element(ask(find_chain("softmax"), (image,), {"dim": 1}))
    assert not by_element(ask(find_chain("reshape"), (image,), {"shape": (2, 48)}))
    assert not by_element(ask(find_chain("max_pool2d"), (image,), {"kernel_size": 2}))
    assert not by_element(ask(find_chain("relu+softmax"), (image,), {"softmax": {"dim": 1}}))
