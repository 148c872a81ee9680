"""What a kernel adds to is one term more of its sum, wherever it comes in an honest order."""

from pathlib import Path

import numpy as np
import pytest
from honest.arithmetic import EXACT_FUNCTIONS
from honest.data import GENERAL
from honest.sums import ORDERS

from clgold.conformance.judge.added import added, asked
from clgold.conformance.judge.compare import compare
from clgold.conformance.judge.promises import enclosed
from clgold.device import variant
from clgold.device.held import held
from clgold.device.variants import load_variants
from clgold.diagnosis.causes import explain
from clgold.golden.cases import Case
from clgold.reference import FULL, Question, SpecError, ask, find_chain

FORMS = Path(__file__).parent.parent / "strangers/forms"
ADDING, *_ = load_variants(FORMS / "accumulate.py")
F = np.float32
# Beside what is held they are nothing, or sums of them are exact, or beyond float32.
UNROUNDED = ("subnormal", "half subnormal", "huge", "powers of two")


def question(kind: str, seed: int, n: int) -> Question:
    """linear_weight_grad of n images, and what the array holds."""
    with np.errstate(over="ignore", under="ignore"):
        given = (GENERAL[kind](seed, name, (n, 5)).astype(F) for name in ("grad", "input"))
    return added(ask(find_chain("linear_weight_grad"), tuple(given), {}))


@pytest.mark.parametrize("kind", GENERAL)
def test_no_order_is_rejected_and_the_bound_is_used(kind: str) -> None:
    most = 0.0
    for seed, n in enumerate((1, 2, 3, 9, 40)):
        asking = question(kind, seed, n)
        grad, x, before = asking.operands
        expected = enclosed(ADDING, asking, FULL)["accumulate"]
        for order in ORDERS.values():
            for arithmetic in EXACT_FUNCTIONS:
                with np.errstate(all="ignore"):
                    got = order(arithmetic, grad[:, :, np.newaxis], x[:, np.newaxis], before)
                found = compare(got, expected, F)
                assert found.verdict == "pass", found.worst
                most = max(most, found.budget_used)
    assert most >= 0.1 or kind in UNROUNDED


def test_exact_sums_stay_exact_with_what_was_there() -> None:
    case = Case("linear_weight_grad", "exact", ((7, 5), (7, 3)), {}, 1)
    right = enclosed(ADDING, added(case.question), FULL)["accumulate"]
    assert not right.radius.any()
    np.testing.assert_array_equal(right.value, case.question.answer(FULL).value + held((5, 3)))


def test_a_kernel_that_writes_over_what_was_there_is_told_so() -> None:
    asking = question("bell", 1, 9)
    expected = asking.enclose(FULL)
    got = expected["linear_weight_grad"].value.astype(F)
    (found, *_) = explain([(asking, got, expected)])
    assert (found.cause.layer, found.cause.name) == ("accumulate", "overwritten")


def test_the_kernel_is_asked_for_its_own_layer_alone() -> None:
    asking = question("bell", 1, 9)
    own = asked(ADDING, asking)
    assert (own.chain.name, own.shapes, own.shape) == ("linear_weight_grad", ((9, 5),) * 2, (5, 5))
    assert asked(ADDING, own) is own


def test_what_cannot_accumulate_is_refused() -> None:
    for layer, given, why in (
        ("argmax", {}, "its output is an index"),
        ("linear", {"bound": lambda *_: np.zeros(1)}, "a bound of its own"),
        ("accumulate", {}, "a chain holds each layer once"),
    ):
        with pytest.raises(SpecError, match=why):
            variant(layer, "mine", accumulate=True, **given)
    with pytest.raises(SpecError, match="order 'some', expected any"):
        variant("linear", "mine", order="some")
