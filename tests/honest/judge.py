"""What the comparer says of an honest variant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from clgold.conformance.judge.compare import compare
from clgold.conformance.judge.precision import assess
from clgold.conformance.judge.promises import enclosed_by
from clgold.reference import FULL, Enclosure, Question, ask, find_chain, find_layer
from clgold.reference.winograd import Winograd

from .arithmetic import Array
from .cases import Case
from .variants import VARIANTS


@dataclass(frozen=True)
class Judged:
    """A variant's result on a case: elements checked and the largest share of the bound used."""

    variant: str
    verdict: str
    message: str
    elements: int
    share: float


def enclosure(case: Case) -> Enclosure:
    """The exact result and how far a kernel may be from it."""
    return ask(find_chain(case.layer), case.operands, case.attributes).answer(FULL)


def judge(case: Case, precise: bool = False) -> list[Judged]:
    """Every variant that applies to the case; `precise` adds the second gate."""
    question = ask(find_chain(case.layer), case.operands, case.attributes)
    known: dict[Winograd | None, Mapping[str, Enclosure]] = {None: question.enclose(FULL)}
    found = []
    for variant in VARIANTS[case.layer]:
        if variant.applies(*case.operands, **case.attributes):
            own = variant.winograd
            if own is not None and own not in known:
                known[own] = enclosed_by(own, question, FULL)
            got, due = variant(*case.operands, **case.attributes), known[own][case.layer]
            if variant.bound is not None:
                own_bound = variant.bound(FULL, question.exact, question.flat)
                due = replace(due, bound=np.where(np.isnan(own_bound), np.inf, own_bound))
            one = judge_one(variant.name, case.layer, got, due)
            if precise and one.verdict == "pass":
                one = second_gate(one, question, got, known[own], own)
            found.append(one)
    return found


def judge_one(name: str, layer: str, got: Array, expected: Enclosure) -> Judged:
    found = compare(got, expected, find_layer(layer).dtype)
    worst = f"{found.message}; worst {found.worst}" if found.message else ""
    return Judged(name, found.verdict, worst, found.count, found.budget_used)


def second_gate(
    one: Judged,
    question: Question,
    got: Array,
    expected: Mapping[str, Enclosure],
    winograd: Winograd | None,
) -> Judged:
    precision = assess(question, got, expected, winograd)
    if not precision.imprecise:
        return one
    return replace(one, verdict="imprecise", message=f"{precision.ratio:.3g} times honest")
