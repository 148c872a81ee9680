"""What `clgold verify LAYER` shows: a table by variant and probe, failures with replay lines."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from clgold.device.given import REQUIRES
from clgold.device.variants import declared_at, defined_at

from ..run.case import replay_line
from ..run.groups import Group, grouped, size
from ..run.layer import CaseReport, never_ran, verdict_of_cases
from ..run.rate import REPETITIONS, Pace, Race, time_text
from ..run.second_opinion import second_opinion
from .report import budget_text, diagnosis_json, finite, told, worst_json, worst_text

if TYPE_CHECKING:
    from clgold.diagnosis.explain.diagnose import Diagnosis


def layer_table(reports: Sequence[CaseReport]) -> Table:
    """Variant by variant and probe by probe: cases, largest shares of the bounds, longest time."""
    table = Table()
    numbers = ("error / bound", "error / honest", "longest")
    for heading in ("variant", "probe", "cases", *numbers, "verdict"):
        table.add_column(heading, justify="right" if heading in numbers else "left")
    groups: dict[tuple[str, str], list[CaseReport]] = {}
    for one in reports:
        groups.setdefault((one.variant.name, one.case.probe), []).append(one)
    for (variant, probe), group in groups.items():
        ran = [one.comparison for one in group if one.comparison.count]
        verdicts = Counter(one.comparison.verdict for one in group)
        paces = [one.pace for one in group]
        honest = max((c.precision or 0.0 for c in ran), default=0.0)
        table.add_row(
            Text(variant),
            probe,
            applied_text(group),
            budget_text(max(c.budget_used for c in ran)) if ran else "",
            f"{honest:.2g}×" if honest else "",
            max((p for p in paces if p), key=lambda p: p.seconds).text if any(paces) else "",
            ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()),
        )
    return table


def race_table(races: Sequence[Race]) -> Table:
    """Each variant's median time beside that of our naive one and the fastest of ours."""
    table = Table(title=f"median of {REPETITIONS} runs and more, on the case with most work")
    for heading in ("variant", "case", "time", "rate", "to naive", "to our best"):
        table.add_column(heading, justify="left" if heading in ("variant", "case") else "right")
    for one in races:
        table.add_row(
            Text(one.variant.name),
            str(one.case),
            time_text(one.own.seconds),
            one.own.rate_text,
            ratio_text(one.naive, one.own),
            f"{ratio_text(one.best, one.own)} ({one.best_name})" if one.best else "",
        )
    return table


def races_json(races: Sequence[Race]) -> list[dict[str, Any]]:
    """The same as JSON, in seconds."""
    return [
        {
            "variant": one.variant.name,
            "case": str(one.case),
            "seconds": one.own.seconds,
            "rate": one.own.rate_text,
            "naive": one.naive and one.naive.seconds,
            "best": one.best and {"variant": one.best_name, "seconds": one.best.seconds},
        }
        for one in races
    ]


def ratio_text(other: Pace | None, own: Pace) -> str:
    """How many times as fast as the other."""
    return "" if other is None else f"{other.seconds / own.seconds:.2g}×"


def applied_text(group: Sequence[CaseReport]) -> str:
    """How many cases there are; where some do not apply, how many of them do."""
    refused = sum(one.comparison.verdict == "unsupported" for one in group)
    return f"{len(group) - refused} of {len(group)}" if refused else str(len(group))


def case_lines(
    reports: Sequence[CaseReport],
    driver: str,
    diagnoses: Mapping[tuple[str, str], "Diagnosis"],
    simulated: Container[str] = (),
) -> list[str]:
    """Every fault, by its smallest case, with its replay line and why; then what does not apply.

    Of variants in which the simulator found the cause it is not said that none is known.
    """
    lines = []
    for group in grouped(reports, diagnoses):
        lines += group_lines(group, driver, diagnoses, group.shown.variant.name in simulated)
    return lines + refusal_lines(reports, driver)


def refusal_lines(reports: Sequence[CaseReport], driver: str) -> list[str]:
    """What does not apply, and why; of what never applies, what to edit."""
    refused = Counter(
        f"{one.variant.name}: {one.comparison.message}"
        for one in reports
        if one.comparison.verdict == "unsupported"
    )
    lines = [f"unsupported, {count} cases: {why}" for why, count in refused.items()]
    for variant in never_ran(reports):
        lines += never_ran_lines([one for one in reports if one.variant == variant], driver)
    return lines


def group_lines(
    group: Group,
    driver: str,
    diagnoses: Mapping[tuple[str, str], "Diagnosis"],
    simulated: bool = False,
) -> list[str]:
    """One fault: what came of the case that stands for it, why if known, and how many are alike."""
    one, found = group.shown, group.shown.comparison
    lines = [f"{one.variant.name}: {found.verdict}: {found.message}"]
    if found.worst is not None:
        lines.append(worst_text(found.worst))
    why = diagnoses.get((one.variant.name, str(one.case)))
    lines += [f"    {said}" for said in told(why, simulated)]
    if found.verdict == "crash":
        lines.append(f"    {second_opinion(driver, one.variant, one.case)}")
    lines.append(f"    replay: {replay_line(one.variant, one.case, driver)}")
    return [*lines, f"    {group.others}"] if group.others else lines


def never_ran_lines(reports: Sequence[CaseReport], driver: str) -> list[str]:
    """That a variant refused every case: the plainest of them, why, and the lines to edit."""
    one = min(reports, key=lambda report: size(report)[::-1])
    variant = one.variant
    if one.comparison.message.startswith(REQUIRES):
        where = defined_at(variant.launch, variant.source)
        edit = f"take another device (clgold devices), edit `requires` in {where}"
    else:
        edit = f"edit `supports` in {declared_at(variant)}"
    return [
        f"No case was run: {variant.layer} {variant.name!r} refuses all {len(reports)} cases. "
        f"The plainest is {one.case}: {one.comparison.message}",
        f"    {edit}, or the case in",
        f"    {replay_line(variant, one.case, driver)}",
    ]


def layer_json(
    layer: str,
    device: dict[str, Any],
    reports: Sequence[CaseReport],
    diagnoses: Mapping[tuple[str, str], "Diagnosis"] = MappingProxyType({}),
    pictures: Mapping[tuple[str, str], str | None] = MappingProxyType({}),
) -> dict[str, Any]:
    """The report as JSON; infinite and undefined numbers become null."""
    cases = [
        {
            "case": str(one.case),
            "variant": one.variant.name,
            "verdict": one.comparison.verdict,
            "message": one.comparison.message,
            "budget_used": one.comparison.budget_used,
            "precision": one.comparison.precision,
            "seconds": one.pace and one.pace.seconds,
            "rate": one.pace and one.pace.rate_text,
            "worst": worst_json(one.comparison.worst),
            **failure_json(one, device["driver"], diagnoses, pictures),
        }
        for one in reports
    ]
    verdict = verdict_of_cases(reports)
    answer = {
        "kind": "verify-layer",
        "verdict": verdict,
        "layer": layer,
        "device": device,
        "cases": cases,
    }
    clean: dict[str, Any] = finite(answer)
    return clean


def failure_json(
    one: CaseReport,
    driver: str,
    diagnoses: Mapping[tuple[str, str], "Diagnosis"],
    pictures: Mapping[tuple[str, str], str | None],
) -> dict[str, Any]:
    """How a case that fails is run again, and what is known of why; empty for any other."""
    if not one.failed:
        return {}
    again = {"replay": replay_line(one.variant, one.case, driver)}
    key = (one.variant.name, str(one.case))
    if key not in diagnoses:
        return again
    return again | diagnosis_json(diagnoses[key]) | {"picture": pictures.get(key)}
