"""`clgold bisect LAYER`: every fault of a layer's variants, explained, shrunk and written down."""

from collections.abc import Sequence
from pathlib import Path

from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.diagnosis.bisect.faults import Fault, file_name, pictured
from clgold.diagnosis.explain.case import EXPLAINED, explain_cases
from clgold.diagnosis.explain.diagnose import Diagnosis
from clgold.golden.cases import Case

from ..run.case import check_case
from ..run.groups import Group, grouped
from ..run.layer import verdict_of_cases, verify_layer
from . import layer_report
from . import output_folder as written
from .bisect_runs import Found
from .options import counted
from .report import device_text


def of_layer(
    session: Device, variants: Sequence[Variant], cases: Sequence[Case], folder: Path
) -> Found:
    """Every variant on every case: the faults, the JSON, and what the terminal shows."""
    about, layer = session.describe(), cases[0].layer
    with counted(len(variants) * len(cases), f"bisect {layer}") as done:
        reports = list(verify_layer(session, variants, cases, done))
    groups = grouped(reports)
    faults: list[Fault] = []
    if groups:
        written.begin(folder)
        for number, group in enumerate(groups, start=1):
            name = f"{group.shown.variant.name}-{number}" if len(groups) > 1 else ""
            faults.append(pictured(fault_of_group(session, group, folder, name), folder))
        written.remember(folder, [one.picture for one in faults if one.picture is not None])
    answer = layer_report.layer_json(layer, about, reports) | {"kind": "bisect-layer"}
    idle = layer_report.refusal_lines(reports, about["driver"])
    parts = (f"{layer} on {device_text(about)}", layer_report.layer_table(reports), *idle)
    return Found(verdict_of_cases(reports), tuple(faults), answer, parts)


def fault_of_group(session: Device, group: Group, folder: Path, name: str) -> Fault:
    """The fault that a group's cases show, with the smallest case of it in the folder."""
    from clgold.diagnosis.reproduce import reproduce

    one = group.shown
    variant, case = one.variant, one.case
    checked = check_case(session, variant, case)
    diagnosis = Diagnosis(case.layer)
    if one.comparison.verdict in EXPLAINED:
        diagnosis = explain_cases(session, variant, [case, *(o.case for o in group.cases[1:])])
    again = reproduce(session, variant, checked, folder, file_name(name or variant.name))
    return Fault(
        name or variant.name,
        variant.layer,
        variant.name,
        tuple(dict.fromkeys((variant.source, *checked.run.sources))),
        checked.comparison,
        tuple(f"probe {o.case.probe}: {o.case}" for o in group.cases),
        diagnosis,
        reproduction=again,
    )
