"""Winograd's convolutions: declared they pass, undeclared the judge says what to declare."""

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from honest.arithmetic import FUSED, PLAIN, Arithmetic
from honest.winograd import FORMS, Form, by_rule
from honest.winograd import conv2d as by_tiles
from paper_device import judged, kernel

from clgold.conformance.judge import honest
from clgold.conformance.judge.compare import compare
from clgold.device import winograd
from clgold.device.variants import VariantError
from clgold.golden.cases import Case
from clgold.reference import FULL, Enclosure, SpecError, ask, conv2d, find_chain
from clgold.reference.generator import bell
from clgold.reference.winograd import STANDARD

Array = np.ndarray
F = np.float32
PROBES = ("exact", "real", "sparse", "cancelling", "wide", "special")
FORM_OF = {**FORMS, "F(8,3)": by_rule(winograd(8, 3)), "F(4,5)": by_rule(winograd(4, 5))}


def case(form: Form, probe: str, seed: int = 3) -> Case:
    taps = form.declares.taps
    shapes = ((2, 9, 14, 11), (5, 9, *taps), (5,))
    return Case("conv2d", probe, shapes, {"padding": 1}, seed)


def computed(form: Form, a: Arithmetic = PLAIN) -> Any:
    def launch(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
        return by_tiles(form, a, input, weight, bias, **attributes)

    return launch


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("name", FORM_OF)
def test_a_declared_one_passes_both_gates(name: str, probe: str) -> None:
    """Also where its error is a hundred times that of direct sums, as of F(8×8, 3×3)."""
    form = FORM_OF[name]
    for a in (PLAIN, FUSED):
        declared = kernel("conv2d", computed(form, a), bound=form.declares)
        found = judged(declared, case(form, probe).operands, padding=1).comparison
        assert found.verdict == "pass", found


@pytest.mark.parametrize("name", FORM_OF)
def test_one_weight_off_is_wrong_or_imprecise_all_the_same(name: str) -> None:
    """By a hundredth; integers in F(2×2, 3×3) have no room at all."""
    form = FORM_OF[name]

    def off(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
        spoilt = weight.copy()
        spoilt[0, 0, 0, 0] *= F(1.01)
        return by_tiles(form, PLAIN, input, spoilt, bias, **attributes)

    verdicts = {
        judged(kernel("conv2d", off, bound=form.declares), c.operands, padding=1).comparison.verdict
        for c in (case(form, probe) for probe in ("real", "sparse"))
    }
    assert verdicts & {"wrong", "imprecise"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("F(2,3)", "F(2×2, 3×3) allows: declare bound=winograd(2, 3)"),
        ("F(4,3)", "F(4×4, 3×3) allows: declare bound=winograd(4, 3)"),
        ("F(2,5)", "F(2×2, 5×5) allows: declare bound=winograd(2, 5)"),
        ("F(6,3)", "F(6×6, 3×3) allows: declare bound=winograd(6, 3)"),
        ("F(3,2)", "F(3×3, 2×2) allows: declare bound=winograd(3, 2)"),
        ("F(4,3) with halves", "allows: declare bound=winograd("),
    ],
)
def test_an_undeclared_one_that_fails_is_told_what_to_declare(name: str, says: str) -> None:
    form, failed = FORM_OF[name], 0
    for seed in range(2):
        for probe in ("exact", "real", "sparse", "cancelling", "wide"):
            asked = case(form, probe, seed)
            found = judged(kernel("conv2d", computed(form)), asked.operands, padding=1).comparison
            if found.verdict != "pass":
                failed += 1
                assert says in found.message, (probe, found)
    assert failed


FAULTS = {
    "a filter flipped": lambda x, w: conv2d(x, w[..., ::-1], padding=1),
    "a weight off by a thousandth": lambda x, w: conv2d(x, w * F(1.001), padding=1),
    "the last channel left out": lambda x, w: conv2d(x[:, :-1], w[:, :-1], padding=1),
    "operands of eleven bits": lambda x, w: conv2d(
        x.astype(np.float16).astype(F), w.astype(np.float16).astype(F), padding=1
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_not_taken_for_winograds(fault: str) -> None:
    def launch(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
        return FAULTS[fault](input, weight).astype(F)

    x, w = (bell(1, name, shape).astype(F) for name, shape in SHAPES.items())
    found = judged(kernel("conv2d", launch), (x, w, None), padding=1).comparison
    assert found.verdict in ("wrong", "imprecise")
    assert "Winograd" not in found.message


SHAPES = {"x": (2, 40, 14, 11), "w": (5, 40, 3, 3)}


def test_a_fused_one_declares_it_for_its_convolution() -> None:
    form = FORM_OF["F(4,3)"]

    def launch(input: Array, weight: Array, bias: Array | None, **attributes: Any) -> Array:
        sums = by_tiles(form, PLAIN, input, weight, bias, **attributes["conv2d"])
        pooled = np.maximum.reduce([sums[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)])
        return np.where(pooled > 0, pooled, np.expm1(np.minimum(pooled, 0))).astype(F)

    x, w = bell(1, "x", (1, 30, 14, 10)).astype(F), bell(1, "w", (5, 30, 3, 3)).astype(F)
    attributes = {"conv2d": {"padding": 1}, "max_pool2d": {"kernel_size": 2}}
    chain = "conv2d+max_pool2d+elu"
    declared = judged(kernel(chain, launch, bound=winograd(4, 3)), (x, w, None), **attributes)
    assert declared.comparison.verdict == "pass"


def test_only_a_convolution_can_be_winograds() -> None:
    declared = kernel("relu", lambda x: np.maximum(x, 0), bound=winograd(2, 3))
    with pytest.raises(
        VariantError, match=r"`bound` of relu 'paper' is winograd\(2, 3\), which is for conv2d"
    ):
        judged(declared, (np.ones(3, F),))


@pytest.mark.parametrize(
    "attributes", [{"stride": 2}, {"dilation": (1, 2)}, {"padding": 2}], ids=str
)
def test_where_it_does_not_apply_the_bound_is_that_of_direct_sums(attributes: Any) -> None:
    taps = 3 if "padding" not in attributes else 5
    x, w = bell(1, "x", (1, 4, 9, 9)).astype(F), bell(1, "w", (3, 4, taps, taps)).astype(F)
    question = ask(find_chain("conv2d"), (x, w, None), attributes)
    bound = winograd(2, 3)(FULL, question.exact, question.flat)
    np.testing.assert_array_equal(bound, question.answer(FULL).radius)


def test_groups_and_filters_that_are_not_square_have_a_bound() -> None:
    """F(2×4, 3×1): each group, and each axis, by itself."""
    bound = winograd((2, 4), (3, 1))
    x, w = bell(1, "x", (2, 6, 9, 9)).astype(F), bell(1, "w", (4, 3, 3, 1)).astype(F)
    question = ask(find_chain("conv2d"), (x, w, None), {"groups": 2})
    reach = bound(FULL, question.exact, question.flat)
    got = bound.honest(honest.sequential, x, w, None, **question.flat)
    value = question.answer(FULL).value
    assert compare(got, Enclosure(value, reach), F).verdict == "pass"
    assert np.all(reach < 40 * 2.0**-24 * np.abs(value).max() * 10)


REFUSED = {
    "points (0, 1), expected 3 different numbers for F(3, 2)": lambda: winograd(3, 2, (0, 1)),
    "points (0, 1, 1)": lambda: winograd(2, 3, (0, 1, 1)),
    "points (0, 1, -1, 2, -2)": lambda: winograd(2, 3, (0, 1, -1, 2, -2)),
    "m is 0, expected an int from 1 on": lambda: winograd(0, 3),
    "r is 2.5": lambda: winograd(2, 2.5),  # type: ignore[arg-type] # what is refused
    "m is (1, 2, 3)": lambda: winograd((1, 2, 3), 3),  # type: ignore[arg-type] # what is refused
    "23 points are needed": lambda: winograd(21, 3),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_no_winograd_is_refused_in_a_sentence(sentence: str) -> None:
    with pytest.raises(SpecError, match=re.escape(sentence)):
        REFUSED[sentence]()


@pytest.mark.parametrize("points", [(0, 1, -1), (0, 1, -1, float("inf")), (0, 1, -1, 2)], ids=str)
@pytest.mark.parametrize("outputs", [2])
def test_the_matrices_are_those_of_a_convolution(outputs: int, points: Any) -> None:
    """Aᵀ[(G g) ∘ (Bᵀ d)] is what sliding g over d gives, exactly."""
    axes = winograd(outputs, 3, points).axes.rows
    for g, d in ((k, j) for k in range(3) for j in range(4)):
        taps, data = [Fraction(k == g) for k in range(3)], [Fraction(j == d) for j in range(4)]
        points_of = [
            sum(a * b for a, b in zip(f, taps, strict=True))
            * sum(a * b for a, b in zip(t, data, strict=True))
            for f, t in zip(axes.filter, axes.data, strict=True)
        ]
        for i, row in enumerate(axes.output):
            found = sum(a * b for a, b in zip(row, points_of, strict=True))
            assert found == (i + g == d)


def test_known_points_come_in_the_order_of_the_libraries() -> None:
    assert STANDARD[:7] == (0, 1, -1, 2, -2, 0.5, -0.5)
