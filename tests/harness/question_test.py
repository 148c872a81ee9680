"""A case is resolved once for each of its layers, however much of clgold works on it."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from clgold.conformance.judge import honest
from clgold.conformance.judge.precision import assess
from clgold.conformance.run.case import run_case
from clgold.device.catalogue import VARIANTS
from clgold.device.session import Session
from clgold.golden.cases import fixed_cases
from clgold.reference import FULL, Layer
from clgold.reference.question import Question


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the shapes and attributes of each layer have been worked out."""
    counts: Counter[str] = Counter()
    resolve = Layer.resolve

    def counting(layer: Layer, *arguments: Any) -> Any:
        counts[layer.name] += 1
        return resolve(layer, *arguments)

    monkeypatch.setattr(Layer, "resolve", counting)
    return counts


@pytest.mark.parametrize("layer", ["conv2d", "batch_norm", "linear+softmax+argmax"])
def test_a_case_is_resolved_once_for_each_of_its_layers(
    opencl: Session, resolved: Counter[str], layer: str
) -> None:
    variant = next(one for one in VARIANTS if one.layer == layer)
    case = next(case for case in fixed_cases(layer) if case.probe == "real")
    resolved.clear()
    assert run_case(opencl, variant, case).verdict == "pass"
    assert resolved == dict.fromkeys(layer.split("+"), 1)


def test_all_variants_are_judged_by_one_enclosure_and_the_same_honest_sums(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[honest.Order] = []
    evaluate = honest.evaluate

    def counting(question: Question, order: honest.Order, winograd: Any = None) -> Any:
        made.append(order)
        return evaluate(question, order, winograd)

    monkeypatch.setattr(honest, "evaluate", counting)
    question = next(case for case in fixed_cases("conv2d") if case.probe == "real").question
    expected = question.enclose(FULL)
    got = expected["conv2d"].value.astype(np.float32)
    first = assess(question, got, expected)
    assert question.enclose(FULL) is expected
    assert assess(question, got, question.enclose(FULL)) == first
    assert made == list(honest.ORDERS)
    other = question.with_operands(question.operands)
    assert other.enclose(FULL) is not expected
    assert assess(other, got, other.enclose(FULL)) == first
    assert len(made) == 2 * len(honest.ORDERS)
