"""What `clgold verify NETWORK` shows: kernels, answers, and what is wrong with those that fail."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from clgold.networks import Network

from ..run.network import ImageReport, KernelReport, verdict_of
from .report import budget_text, diagnosis_json, finite, shape_text, told, worst_json, worst_text

if TYPE_CHECKING:
    from clgold.diagnosis.explain.diagnose import Diagnosis


NUMBERS = ("error / bound", "error / honest", "time")


def worst_reports(reports: Sequence[ImageReport]) -> tuple[tuple[str, KernelReport], ...]:
    """For every kernel the report of the image on which it does worst, and that image's name."""
    columns = zip(*(report.kernels for report in reports), strict=True)
    names = [report.image for report in reports]
    return tuple(
        max(
            zip(names, column, strict=True),
            key=lambda item: (item[1].comparison.verdict != "pass", item[1].comparison.budget_used),
        )
        for column in columns
    )


def verify_tables(reports: Sequence[ImageReport]) -> tuple[Table, ...]:
    """Kernel by kernel on the reference's inputs, worst image shown; image by image; losses."""
    kernels = Table(title="each kernel on the reference's inputs, the worst of all images")
    for heading in ("kernel", "variant", "output", *NUMBERS, "verdict"):
        kernels.add_column(heading, justify="right" if heading in NUMBERS else "left")
    for image, report in worst_reports(reports):
        found = report.comparison
        used = budget_text(found.budget_used) if found.count else "–"
        passed = found.verdict == "pass"
        verdict = Text("pass") if passed else Text(f"{found.verdict} ({image})", "red")
        kernels.add_row(
            report.kernel.name,
            report.variant.name,
            shape_text(report.shape),
            used,
            "" if found.precision is None else f"{found.precision:.2g}×",
            "" if report.pace is None else report.pace.text,
            verdict,
        )
    ends = Table(
        title="end to end: each kernel on the device's own results, the worst of all kernels"
    )
    for heading in ("image", "reference", "device", "error / bound", "verdict"):
        ends.add_column(heading, justify="right" if "/" in heading else "left")
    for one in reports:
        end = one.end_to_end
        ends.add_row(
            one.image,
            class_text(end.reference_class, end.reference_probability),
            class_text(end.device_class, end.device_probability),
            budget_text(end.budget_used),
            Text("pass") if end.verdict == "pass" else Text(first_line(end.message), "red"),
        )
    return (kernels, ends, *loss_tables(reports))


def loss_tables(reports: Sequence[ImageReport]) -> list[Table]:
    """The loss of every step on every image, by the reference and by the device; of training."""
    losses = [(one.image, loss) for one in reports for loss in one.end_to_end.losses]
    if not losses:
        return []
    table = Table(title="the loss, the reference's and the device's, each on its own results")
    for heading in ("image", "node", "reference", "device"):
        table.add_column(heading, justify="right" if heading in ("reference", "device") else "left")
    for image, one in losses:
        device = "–" if one.device is None else f"{one.device:.7g}"
        table.add_row(image, one.node, f"{one.reference:.7g}", device)
    return [table]


def first_line(message: str) -> str:
    return message.splitlines()[0].rstrip(":")


def class_text(found: int | None, probability: float | None) -> str:
    chance = "" if probability is None else f" (p = {probability:.6f})"
    return "–" if found is None else f"class {found}{chance}"


def failure_lines(
    reports: Sequence[ImageReport], diagnoses: Mapping[str, "Diagnosis"]
) -> list[str]:
    """For every kernel that fails, what went wrong, its worst element, and why, if known."""
    lines = []
    for image, report in worst_reports(reports):
        found = report.comparison
        if found.verdict == "pass":
            continue
        variant = f"{report.kernel.layer} {report.variant.name!r}, {report.variant.source.name}"
        lines.append(f"{report.kernel.name}: {found.verdict}: {found.message} ({variant}, {image})")
        if found.worst is not None:
            lines.append(worst_text(found.worst))
        lines += [f"    {said}" for said in told(diagnoses.get(report.kernel.name))]
    return lines


def explained(reports: Sequence[ImageReport]) -> dict[str, "Diagnosis"]:
    """By kernel the diagnosis of those that fail, on the image on which they do worst."""
    failed = {
        report.kernel.name: report.evidence
        for _, report in worst_reports(reports)
        if report.comparison.verdict != "pass" and report.evidence is not None
    }
    if not failed:
        return {}
    from clgold.diagnosis.explain.diagnose import agreed, diagnose

    why = [diagnose(evidence) for evidence in failed.values()]
    return dict(zip(failed, agreed(why), strict=True))


def drawn_json(kernel: str, image: str, diagnoses: Mapping[str, "Diagnosis"]) -> dict[str, Any]:
    """The picture of a kernel's wrong result; empty for a kernel that has no diagnosis."""
    if kernel not in diagnoses:
        return {}
    from clgold.diagnosis.explain.picture import embedded

    return {"picture": embedded(diagnoses[kernel], f"{kernel} on {image}")}


def verify_json(
    network: Network,
    view: str,
    device: dict[str, Any],
    reports: Sequence[ImageReport],
    diagnoses: Mapping[str, "Diagnosis"],
    pictures: bool = False,
) -> dict[str, Any]:
    """The report as JSON; infinite and undefined numbers become null."""
    nodes = [
        {
            "name": report.kernel.name,
            "layer": report.kernel.layer,
            "variant": report.variant.name,
            "shape": list(report.shape),
            "image": image,
            "verdict": report.comparison.verdict,
            "message": report.comparison.message,
            "failed": report.comparison.failed,
            "elements": report.comparison.count,
            "budget_used": report.comparison.budget_used,
            "precision": report.comparison.precision,
            "worst": worst_json(report.comparison.worst),
            **diagnosis_json(diagnoses.get(report.kernel.name)),
            **drawn_json(report.kernel.name, image, diagnoses if pictures else {}),
        }
        for image, report in worst_reports(reports)
    ]
    ends = [{"image": one.image, **asdict(one.end_to_end)} for one in reports]
    verdict = verdict_of(reports)
    answer = {
        "kind": "verify-network",
        "verdict": verdict,
        "network": network.name,
        "view": view,
        "device": device,
        "nodes": nodes,
        "end_to_end": ends,
    }
    return finite(answer)
