"""Failing cases run once more, to say which elements are wrong and why."""

from collections.abc import Sequence
from math import prod

from clgold.conformance.run.case import check_case
from clgold.conformance.run.evidence import Evidence
from clgold.conformance.run.layer import CaseReport
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.golden.cases import Case

from .diagnose import CAUSELESS, Diagnosis, diagnose

# Behind those that show what a layer computes, for a cause is seen better there.
LATE_PROBES = ("special", "wide", "cancelling")
# Cases run once more at most, and wrong elements that are enough.
MOST, FEW = 6, 64
DRAWN = 2**16  # elements of a case
EXPLAINED = ("wrong", "unwritten", "imprecise")


def explain_cases(device: Device, variant: Variant, cases: Sequence[Case]) -> Diagnosis:
    """What is known of the failure of the first case, with the others' evidence.

    The most unlike comes second, more where so few elements are wrong that they say little.
    """
    first, *rest = cases
    found, failed = [], 0
    for case in [first, *sorted(rest, key=lambda one: unlike(first, one), reverse=True)][:MOST]:
        found.append(Evidence(check_case(device, variant, case), str(case)))
        failed += found[-1].checked.comparison.failed
        if len(found) > 1 and failed >= FEW:
            break
    return diagnose(found[0], found[1:])


def largest_result(device: Device, variant: Variant, cases: Sequence[Case]) -> Diagnosis | None:
    """The wrong result of the largest of the cases that is not too large to be drawn.

    What is smallest shows a fault best in words, and in a picture there is nothing to be seen.
    """
    drawable = [one for one in cases if elements(one) <= DRAWN]
    if not drawable:
        return None
    checked = check_case(device, variant, max(drawable, key=elements))
    if checked.run.output is None or checked.run.output.host is None or not checked.expected:
        return None
    last = checked.question.last
    return Diagnosis(last, last, checked.run.output.host, checked.expected[last])


def elements(one: Case) -> int:
    return sum(prod(shape) for shape in one.shapes if shape is not None)


def unlike(one: Case, other: Case) -> tuple[bool, bool, int]:
    """How much another case may tell: early probes, a size that takes no time, and how many other
    attributes and lengths. Of one of 1 each end is the whole, and all that is wrong looks alike.
    """
    differing = sum(value != other.attributes.get(name) for name, value in one.attributes.items())
    for first, second in zip(one.shapes, other.shapes, strict=False):
        differing += sum(n != m > 1 for n, m in zip(first or (), second or (), strict=False))
    return other.probe not in LATE_PROBES, elements(other) <= DRAWN, differing


def explain_first(
    session: Device, reports: Sequence[CaseReport]
) -> dict[tuple[str, str], Diagnosis]:
    """By variant and case the diagnosis of one failing case of each variant.

    A case that was left unwritten or that wrote too far stands beside it, for it forbids a cause.
    """
    failing: dict[str, list[CaseReport]] = {}
    for one in sorted(reports, key=lambda one: one.case.probe in LATE_PROBES):
        if one.comparison.verdict in (*EXPLAINED, *CAUSELESS):
            failing.setdefault(one.variant.name, []).append(one)
    found = {}
    for some in failing.values():
        shown = next((one for one in some if one.comparison.verdict in EXPLAINED), None)
        if shown is not None:
            silent = [one.case for one in some if one.comparison.verdict in CAUSELESS]
            cases = [shown.case, *(silent[:1] or [one.case for one in some if one is not shown])]
            found[shown.variant.name, str(shown.case)] = explain_cases(
                session, shown.variant, cases
            )
    return found
