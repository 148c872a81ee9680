"""Value, bound and comparison in one pass say what the plain way says, to the last bit.

The plain way stands here: formula, then bound, then every element's error and its share of the
bound, as whole arrays.
"""

import numpy as np
import pytest

from clgold.conformance.judge import compare as comparer
from clgold.conformance.judge.compare import (
    Comparison,
    Worst,
    beyond,
    compare,
    distance,
    share,
)
from clgold.golden.cases import Case, fixed_cases
from clgold.golden.probes import PROBES
from clgold.reference import FULL, LAYERS, Enclosure, Layer
from clgold.reference.evaluate import enclose_whole
from clgold.reference.generator import bell, integers
from clgold.reference.poison import POISON, unwritten_elements

Array = np.ndarray

TOGETHER = [layer for layer in LAYERS if layer.together is not None]
SETTINGS = [
    pytest.param(layer, *setting, id=f"{layer.name}-{number}")
    for layer in TOGETHER
    for number, setting in enumerate(layer.examples)
]


def plainly(got: Array, expected: Enclosure) -> Comparison:
    """`compare`, of a result of the right shape and dtype, in passes over the whole of it."""
    error = distance(got, expected, expected.radius)
    missing = unwritten_elements(got)
    wrong = beyond(error, expected.radius) | missing
    used = share(error, expected.radius)
    most = np.where(wrong, np.inf, used)
    size = np.where(most == most.max(), np.where(np.isnan(error), np.inf, error), -1.0)
    index = np.unravel_index(int(np.argmax(size)), got.shape)
    verdict = "unwritten" if missing.any() else "wrong" if wrong.any() else "pass"
    values = (float(one[index]) for one in (expected.value, got, expected.radius))
    worst = Worst(tuple(map(int, index)), *values)
    return Comparison(verdict, "", int(wrong.sum()), got.size, float(used.max()), worst=worst)


def results(value: Array, bound: Array, seed: int) -> list[Array]:
    """An honest result, and faults: an element lost, NaN, infinite, beside its bound, a part 0."""
    share_used = np.clip(bell(seed, "near", value.shape), -1, 1) / 2
    with np.errstate(all="ignore"):
        near = np.where(np.isfinite(bound), bound, 0.0) * share_used
        honest = np.asarray(value + near, np.float32)
    at = np.unravel_index(int(integers(seed, "at", (1,), 0, value.size - 1)[0]), value.shape)
    found = [honest]
    for fault in (POISON.view(np.float32), np.nan, np.inf, -np.inf, value[at] + 1.5 * bound[at]):
        other = honest.copy()
        with np.errstate(over="ignore"):
            other[at] = fault
        found.append(other)
    return [*found, np.where(np.arange(value.size).reshape(value.shape) % 3, honest, np.float32(0))]


def same(one: Comparison, other: Comparison) -> bool:
    """Whether all but the words is the same, NaN included."""

    def said(found: Comparison) -> str:
        return repr((found.verdict, found.failed, found.count, found.budget_used, found.worst))

    return said(one) == said(other)


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize(("layer", "shapes", "attributes"), SETTINGS)
def test_value_and_bound_together_are_formula_and_error(
    layer: Layer, shapes: tuple[tuple[int, ...] | None, ...], attributes: dict, probe: str
) -> None:
    question = Case(layer.name, probe, shapes, attributes, seed=3).question
    together = question.answer(FULL)
    plain = enclose_whole(layer, question.exact, question.attributes[layer.name], FULL)
    np.testing.assert_array_equal(together.value, plain.value)
    np.testing.assert_array_equal(together.radius, plain.radius)
    for got in results(plain.value, plain.radius, 1):
        assert same(compare(got, together, np.float32), plainly(got, plain))


@pytest.mark.parametrize(
    "layer", [layer for layer in LAYERS if layer.dtype == np.float32], ids=lambda one: one.name
)
def test_piece_by_piece_a_result_is_judged_as_plainly(
    layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparer, "PIECE", 37)
    for case in fixed_cases(layer.name)[:8]:
        expected = case.question.answer(FULL)
        for got in results(expected.value, expected.radius, 2):
            assert same(compare(got, expected, np.float32), plainly(got, expected)), str(case)
