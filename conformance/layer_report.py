"""What `clgold verify LAYER` shows: a table by variant and probe, failures with replay lines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from .cases import replay_line
from .diagnosis import Diagnosis
from .diagnosis_text import few_lines
from .layer_run import CaseReport, verdict_of_cases
from .report import budget_text, finite, worst_json, worst_text


def layer_table(reports: Sequence[CaseReport]) -> Table:
    """Variant by variant and probe by probe: cases, and the largest shares of the bounds."""
    table = Table()
    for heading in ("variant", "probe", "cases", "error / bound", "error / honest", "verdict"):
        table.add_column(heading, justify="right" if "/" in heading else "left")
    groups: dict[tuple[str, str], list[CaseReport]] = {}
    for one in reports:
        groups.setdefault((one.variant.name, one.case.probe), []).append(one)
    for (variant, probe), group in groups.items():
        ran = [one.comparison for one in group if one.comparison.count]
        verdicts = Counter(one.comparison.verdict for one in group)
        honest = max((c.precision or 0.0 for c in ran), default=0.0)
        table.add_row(
            Text(variant),
            probe,
            str(len(group)),
            budget_text(max((c.budget_used for c in ran), default=0.0)),
            f"{honest:.2g}×" if honest else "",
            ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()),
        )
    return table


def case_lines(
    reports: Sequence[CaseReport], driver: str, diagnoses: Mapping[tuple[str, str], Diagnosis]
) -> list[str]:
    """What fails, with its line for a replay, and why, if known; what does not apply, and why."""
    lines = []
    for one in reports:
        found = one.comparison
        if one.failed:
            lines.append(f"{one.variant.name}: {found.verdict}: {found.message}")
            if found.worst is not None:
                lines.append(worst_text(found.worst))
            why = diagnoses.get((one.variant.name, str(one.case)))
            lines += [f"    {said}" for said in few_lines(why)] if why else []
            lines.append(f"    replay: {replay_line(one.variant, one.case, driver)}")
    refused = Counter(
        f"{one.variant.name}: {one.comparison.message}"
        for one in reports
        if one.comparison.verdict == "unsupported"
    )
    lines += [f"unsupported, {count} cases: {why}" for why, count in refused.items()]
    if not any(one.comparison.verdict == "pass" or one.failed for one in reports):
        lines.append("No case was run, so nothing is shown.")
    return lines


def layer_json(layer: str, device: dict[str, Any], reports: Sequence[CaseReport]) -> dict[str, Any]:
    """The report as JSON; infinite and undefined numbers become null."""
    cases = [
        {
            "case": str(one.case),
            "variant": one.variant.name,
            "verdict": one.comparison.verdict,
            "message": one.comparison.message,
            "budget_used": one.comparison.budget_used,
            "precision": one.comparison.precision,
            "worst": worst_json(one.comparison.worst),
        }
        for one in reports
    ]
    verdict = verdict_of_cases(reports)
    answer = {"verdict": verdict, "layer": layer, "device": device, "cases": cases}
    clean: dict[str, Any] = finite(answer)
    return clean
