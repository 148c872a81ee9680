"""A kernel in panels gives what the whole one gives, and its verdict is the whole one's."""

import numpy as np
import pytest
from harness.projection_test import CASES, question

from clgold.conformance.judge import projection
from clgold.device.catalogue import choose
from clgold.device.variants import Variant
from clgold.distributed import panels as cutting
from clgold.distributed.kernels import on_exact_numbers, run_kernel
from clgold.distributed.panels import panels
from clgold.reference import Question, ask, find_chain, generator

from .threads import Paper, rounded

CUT = [layer for layer in CASES if layer != "conv2d"]


@pytest.fixture(autouse=True)
def panels_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "PRODUCTS", 500)
    monkeypatch.setattr(cutting, "ELEMENTS", 500)


def chosen(asked: Question) -> Variant:
    found = choose((), asked.chain.name, asked.shapes, asked.flat)
    assert found is not None
    return found


def update() -> Question:
    operands = tuple(generator.bell32(1, name, (7, 31, 5), 1.0) for name in "wg")
    return ask(find_chain("sgd"), operands, {"lr": 0.01})


def shifted() -> Question:
    shapes = {"x": (9, 3, 8, 8), "a": (1,), "b": (1, 3, 8, 8)}
    operands = tuple(generator.bell32(1, name, shape, 1.0) for name, shape in shapes.items())
    return ask(find_chain("scale_shift"), operands, {})


ASKED = {**{layer: layer for layer in CUT}, "sgd": update, "scale_shift": shifted}


def asked_for(name: str) -> Question:
    one = ASKED[name]
    return question(one) if isinstance(one, str) else one()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("name", ASKED)
def test_panels_are_together_the_whole(name: str, whole: bool) -> None:
    asked = asked_for(name)
    assert len(list(panels(asked))) > 1
    ran = run_kernel(Paper(), chosen(asked), asked, whole)
    assert np.array_equal(ran.values, rounded(asked))
    assert (ran.comparison.verdict, ran.comparison.count) == ("pass", ran.values.size)


@pytest.mark.parametrize("name", ASKED)
def test_a_wrong_element_is_found_where_it_stands(name: str) -> None:
    asked, calls = asked_for(name), []
    place = tuple(length - 1 for length in asked.shape)
    count = len(list(panels(asked)))

    def answer(one: Question) -> np.ndarray:
        got = rounded(one)
        calls.append(one)
        got.flat[-1] += np.float32(len(calls) == count)
        return got

    ran = run_kernel(Paper(answer), chosen(asked), asked, False)
    assert (ran.comparison.verdict, ran.comparison.failed) == ("wrong", 1)
    assert ran.comparison.worst is not None
    assert ran.comparison.worst.index == place
    assert ran.failed is not None
    assert ran.failed.question is calls[-1]


def test_a_result_may_take_an_operands_place() -> None:
    asked = update()
    right, (weight, *_) = rounded(asked), asked.operands
    ran = run_kernel(Paper(), chosen(asked), asked, True, into=weight)
    assert ran.values is weight
    assert np.array_equal(weight, right)


@pytest.mark.parametrize("layer", CUT)
def test_on_exact_numbers_no_error_is_small(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A last place of one element, far below its bound on other numbers."""
    monkeypatch.setattr(projection, "LARGE", 1)
    exact = on_exact_numbers(question(layer))
    assert exact is not None
    variant = chosen(exact)
    passed = run_kernel(Paper(), variant, exact, False).comparison
    assert (passed.verdict, passed.message) == ("pass", "by sums of rows, exact")

    def answer(one: Question) -> np.ndarray:
        got = rounded(one)
        got.flat[5] = np.nextafter(got.flat[5], np.float32(np.inf))
        return got

    assert run_kernel(Paper(answer), variant, exact, False).comparison.verdict == "wrong"
