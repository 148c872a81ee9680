"""What the comparer says of an honest variant."""

from dataclasses import dataclass

from clgold.conformance.compare import compare
from clgold.reference import Enclosure, find_chain, find_layer
from clgold.reference.chain import enclose_chain, given_exactly
from clgold.reference.profile import FULL

from .cases import Case
from .variants import VARIANTS, Variant


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
    chain = find_chain(case.layer)
    operands = given_exactly(chain, case.operands)
    return enclose_chain(chain, operands, case.attributes, FULL)[case.layer]


def judge(case: Case) -> list[Judged]:
    """Every variant that applies to the case."""
    expected = enclosure(case)
    return [
        judge_one(variant, case, expected)
        for variant in VARIANTS[case.layer]
        if variant.applies(*case.operands, **case.attributes)
    ]


def judge_one(variant: Variant, case: Case, expected: Enclosure) -> Judged:
    if variant.encloses is not None:
        expected = variant.encloses(*case.operands, **case.attributes)
    got = variant(*case.operands, **case.attributes)
    found = compare(got, expected, find_layer(case.layer).dtype)
    worst = f"{found.message}; worst {found.worst}" if found.message else ""
    return Judged(variant.name, found.verdict, worst, found.count, found.budget_used)
