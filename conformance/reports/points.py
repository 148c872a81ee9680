"""What the kinds of reports have in common: points, each a thing that was judged once."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import schema
from .schema import Report

PASS, IDLE = "pass", ("unsupported", "vacuous")


@dataclass(frozen=True)
class Point:
    """A variant of a layer on a driver, at a place: a case, a network's kernel, a probe.

    budget_used  None where it is infinite or nothing was compared
    says         elements and cause, a line each
    picture      a data: URI, or a file beside the report
    folder       that reproduces it, as the report names it
    known        why it is expected to fail
    """

    layer: str
    variant: str
    driver: str
    place: str
    verdict: str
    message: str = ""
    budget_used: float | None = None
    precision: float | None = None
    replay: str = ""
    says: tuple[str, ...] = ()
    picture: str = ""
    folder: str = ""
    known: str = ""

    @property
    def failed(self) -> bool:
        return self.verdict != PASS and self.verdict not in IDLE and not self.known


def points(report: Report) -> list[Point]:
    """Everything that a report has judged, in its order."""
    if isinstance(report, schema.VerifyLayer | schema.BisectLayer):
        found = [of_case(report.layer, report.device.driver, one) for one in report.cases]
    elif isinstance(report, schema.VerifyNetwork):
        found = [of_kernel(report, one) for one in report.nodes]
    elif isinstance(report, schema.VerifyRanks):
        found = [of_rank(report, one) for one in report.nodes]
    elif isinstance(report, schema.BisectNetwork):
        found = [of_node(report, one) for one in report.nodes]
    elif isinstance(report, schema.BenchLayer):
        found = [of_timing(report, case, one) for case in report.cases for one in case.variants]
    elif isinstance(report, schema.BenchNetwork):
        found = [of_times(report)]
    elif isinstance(report, schema.Suite):
        found = [of_assay(one) for one in report.assays]
        found += [of_finding("tests", one) for one in report.failed_tests]
    elif isinstance(report, schema.Campaign):
        found = [of_judged(one) for one in report.cases]
    else:
        found = [of_finding("golden", one) for one in report.findings]
    if isinstance(report, schema.BisectLayer | schema.BisectNetwork):
        found += [of_fault(report, one) for one in report.faults]
    return found


def text(value: object) -> str:
    """The value, empty where there is none."""
    return value if isinstance(value, str) else ""


def of_case(layer: str, driver: str, one: schema.Case) -> Point:
    return Point(
        layer,
        one.variant,
        driver,
        one.case,
        one.verdict,
        one.message,
        one.budget_used,
        one.precision,
        text(one.replay),
        tuple(why(one)),
        text(one.picture),
    )


def of_kernel(report: schema.VerifyNetwork, one: schema.Kernel) -> Point:
    return Point(
        one.layer,
        one.variant,
        report.device.driver,
        f"{report.network}.{one.name}",
        one.verdict,
        one.message,
        one.budget_used,
        one.precision,
        "" if one.verdict == PASS else command_text(report.command),
        tuple(why(one)),
        text(one.picture),
    )


def of_rank(report: schema.VerifyRanks, one: schema.RankNode) -> Point:
    place = f"{report.network}.{one.name} rank {one.rank} step {one.step}"
    return Point(
        one.layer or one.kind,
        one.variant or "",
        report.device.driver,
        place,
        one.verdict,
        one.message,
        one.budget_used,
        one.precision,
        "" if one.verdict == PASS else command_text(report.command),
        tuple(f"cause: {cause}" for cause in one.causes),
    )


def of_timing(report: schema.BenchLayer, case: schema.TimedCase, one: schema.Timing) -> Point:
    replay = "" if one.verdict == PASS or one.verdict in IDLE else command_text(report.command)
    return Point(
        report.layer,
        one.variant,
        report.device.driver,
        case.case,
        one.verdict,
        one.message,
        replay=replay,
    )


def of_times(report: schema.BenchNetwork) -> Point:
    """The network's answer: kernel by kernel nothing was judged."""
    right = report.verdict == PASS
    return Point(
        report.network,
        report.view,
        report.device.driver,
        f"{report.network}, timed",
        PASS if right else "wrong",
        replay="" if right else command_text(report.command),
    )


def of_node(report: schema.BisectNetwork, one: schema.Node) -> Point:
    driver = "" if report.device is None else report.device.driver
    return Point(
        one.layer,
        one.variant or "",
        driver or "another program",
        f"{report.network}.{one.name}",
        one.verdict,
        one.born.message,
        one.born.budget_used,
        one.born.precision,
    )


def of_fault(report: schema.BisectLayer | schema.BisectNetwork, one: schema.Fault) -> Point:
    """A fault; it stands for what it shows on, whose points are without pictures."""
    again = one.reproduction
    return Point(
        one.layers,
        one.variant or "",
        report.device.driver if report.device else "another program",
        f"fault {one.node}",
        one.verdict,
        one.message,
        None,
        None,
        (again.command if again else None) or command_text(report.command),
        tuple(why(one)),
        text(one.picture),
        (again.path if again else None) or "",
    )


def of_assay(one: schema.Assay) -> Point:
    verdict, _, message = one.failure.partition(": ")
    idle = "unsupported" if one.unsupported else "vacuous"
    return Point(
        one.layer,
        one.variant,
        one.driver,
        f"probe {one.probe}",
        verdict.partition(":")[0] or (PASS if one.cases else idle),
        message or "; ".join(one.unsupported),
        None if one.failure else one.budget_used,  # that of the cases that passed
        one.precision,
        one.replay,
        tuple(one.says),
        text(one.picture),
        known=one.expected if one.failure else "",
    )


def of_judged(one: schema.Judged) -> Point:
    words = ("verify", "--device", one.driver, "--variant", f"{layer_of(one.case)}={one.variant}")
    fine = one.verdict == PASS or one.verdict in IDLE
    lost = f"its worker was lost {one.lost} times" if one.lost else ""
    return Point(
        layer_of(one.case),
        one.variant,
        one.driver,
        one.case + (f" round {one.round}" if one.round else ""),
        one.verdict,
        "; ".join(filter(None, (one.message, lost))),
        one.budget_used,
        one.precision,
        "" if fine else command_text([*words, "--case", one.case]),
    )


def layer_of(case: str) -> str:
    return case.split(maxsplit=1)[0] if case.strip() else ""


def of_finding(kind: str, one: schema.Finding) -> Point:
    return Point(kind, "", "", one.name, "wrong", one.problem)


def why(one: schema.Explained) -> Iterator[str]:
    """Elements and cause, as the terminal shows them."""
    if one.order:
        yield f"order: the right values in {one.order}"
    if one.mask and isinstance(one.share, float | int):
        yield f"elements: {100 * one.share:.3g} %: {'; '.join(one.mask)}"
    if isinstance(one.cause, schema.Cause):
        yield f"cause: {one.cause.evidence}"
        yield f"change: {one.cause.change}"
    elif one.looks_like:
        yield f"cause: {one.looks_like}"


def command_text(words: Sequence[str]) -> str:
    """A command of clgold's, to be pasted."""
    return shlex.join(words if words[:1] == ["pytest"] else ["clgold", *words])
