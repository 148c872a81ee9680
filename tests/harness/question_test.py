"""A case is resolved once for each of its layers, however much of clgold works on it."""

from collections import Counter
from typing import Any

import pytest

from clgold.conformance.run.case import run_case
from clgold.device.catalogue import VARIANTS
from clgold.device.session import Session
from clgold.golden.cases import fixed_cases
from clgold.reference import Layer


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
