"""What people and programs read: tables for the terminal, dictionaries for JSON."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clgold.device.measure import FUNCTIONS
from clgold.device.probe import Probe
from clgold.networks import Network
from clgold.networks.buffers import Array, PlanRow
from clgold.networks.summary import SummaryRow, totals

from ..judge.compare import Worst

if TYPE_CHECKING:
    from clgold.diagnosis.causes import Explanation
    from clgold.diagnosis.explain.diagnose import Diagnosis


VALUES = ("expected", "got")


def shape_text(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "1"


def array_text(array: Array) -> str:
    return f"{array.name} {shape_text(array.shape)} = {array.number} {array.count}"


def plan_table(network: Network, rows: Sequence[PlanRow]) -> Table:
    """Kernels, host arrays, device buffers; element counts numbered as they first appear."""
    table = Table(title=f"{network.name}: {len(rows)} kernels", show_lines=True)
    for heading in ("kernel", "layers", "host arrays", "device buffers", "output"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(
            row.kernel,
            row.layers,
            "\n".join(array_text(a) for a in (*row.host, *filter(None, [row.returns]))),
            "\n".join(a.name for a in row.reads),
            f"{row.writes.name}\n{row.writes.number} {row.writes.count}",
        )
    return table


def summary_table(network: Network, rows: Sequence[SummaryRow]) -> Table:
    """Layers with shapes and costs, and the totals."""
    table = Table(title=f"{network.name}: {network.title}", show_footer=True)
    sums = totals(rows)
    headings = {
        "activations": "activations",
        "parameters": "parameters",
        "without biases": "weights",
        "multiply-adds": "multiply_adds",
        "bytes": "bytes",
    }
    table.add_column("node", "total")
    table.add_column("output")
    for heading, count in headings.items():
        table.add_column(heading, f"{sums[count]:,}", justify="right", no_wrap=True)
    table.add_column("unseen")
    for row in rows:
        counts = (getattr(row, count) for count in headings.values())
        edge = f"{row.unseen[0]} rows, {row.unseen[1]} columns" if any(row.unseen) else ""
        table.add_row(row.node, shape_text(row.shape), *(f"{c:,}" for c in counts), edge)
    return table


def devices_table(probes: Sequence[Probe]) -> Table:
    """Every driver, its devices, and of those that do not work the reason."""
    table = Table(title="OpenCL drivers")
    for heading in ("--device", "works", "device or reason", "version", "found in"):
        table.add_column(heading, overflow="fold")
    for probe in probes:
        devices = probe.devices or (None,)
        for index, device in enumerate(devices):
            name = probe.driver.name + (f":{index}" if len(devices) > 1 else "")
            reason = probe.reason if device is None else device.reason
            what = f"no: {reason}" if reason else ""
            said = reason or (describe_device(device) if device else "")
            table.add_row(name, "no" if what else "yes", said, probe.version, probe.driver.source)
    return table


def accuracy_table(probes: Sequence[Probe], accuracy: Sequence[Mapping[str, Any] | None]) -> Table:
    """Measured errors of the library functions in ulp beside what the full profile promises."""
    table = Table(title="largest error found, in ulp (in brackets what OpenCL C allows)")
    table.add_column("--device")
    for name, (_, allowed, *_) in FUNCTIONS.items():
        table.add_column(f"{name} ({allowed:g})", justify="right")
    table.add_column("a*b + c")
    for probe, found in zip(probes, accuracy, strict=True):
        if found is None:
            continue
        if "reason" in found:
            table.add_row(probe.driver.name, Text(found["reason"]))
            continue
        fused = "fused" if found["fused"] else "rounded twice"
        table.add_row(probe.driver.name, *(f"{found[name]:.2f}" for name in FUNCTIONS), fused)
    return table


def describe_device(device: Any) -> str:
    halves = [name for name in ("fp16", "fp64") if getattr(device, name)]
    return (
        f"{device.name}, {device.compute_units} units, work-groups to {device.max_work_group_size},"
        f" {device.local_memory // 1024} KiB local{', ' if halves else ''}{', '.join(halves)}"
    )


def budget_text(used: float) -> str:
    return "beyond" if math.isinf(used) else f"{100 * used:.3g} %"


def worst_text(worst: Worst) -> str:
    """The worst element with its numbers, indented below what it belongs to."""
    return f"    worst {worst}"


def told(diagnosis: "Diagnosis | None", elsewhere: bool = False) -> list[str]:
    """What is known of a fault in a few lines; the diagnosis is loaded where there is one.

    `elsewhere`: its cause is told there, and so it is not said that none is known.
    """
    if diagnosis is None:
        return []
    from clgold.diagnosis.explain.text import NO_CAUSE, few_lines

    return [one for one in few_lines(diagnosis) if not (elsewhere and one.endswith(NO_CAUSE))]


def diagnosis_json(diagnosis: "Diagnosis | None") -> dict[str, Any]:
    """Mask and cause of what fails; empty for what does not."""
    if diagnosis is None:
        return {}
    return {
        "share": None if diagnosis.mask is None else diagnosis.mask.share,
        "mask": [] if diagnosis.mask is None else list(diagnosis.mask.words),
        "order": diagnosis.layout or None,
        "looks_like": diagnosis.looks or None,
        "cause": cause_json(diagnosis.explanation),
        "partly_like": cause_json(diagnosis.partly),
    }


def cause_json(found: "Explanation | None") -> dict[str, Any] | None:
    """A cause with its evidence, and what explains the same data as well."""
    if found is None:
        return None
    return {
        "name": found.cause.name,
        "layer": found.cause.layer,
        "evidence": found.says,
        "change": found.cause.change,
        "before": found.before,
        "after": found.after,
        "ties": [f"{one.layer}: {one.name}" for one in found.ties],
    }


def worst_json(worst: Worst | None) -> dict[str, Any] | None:
    return None if worst is None else {**asdict(worst), "index": list(worst.index)}


def finite(value: Any, digits: int = 6) -> Any:
    """The value as JSON holds it: null for other than finite numbers, paths as text.

    Numbers have so many digits as do not depend on how many threads have summed them: values 9,
    which is a float32's worth, and errors, which are differences of values, 6.
    """
    if isinstance(value, dict):
        return {str(k): finite(v, 9 if k in VALUES else digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v, digits) for v in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    return str(value) if isinstance(value, Path) else value


def wide_console() -> Console:
    """A console that wraps at the terminal's width, and not at 80 columns in a pipe.

    Texts are taken literally: file names and compilers' messages are full of [brackets].
    """
    width = None if Console().is_terminal else 160
    return Console(width=width, highlight=False, markup=False, emoji=False)


def device_text(about: dict[str, Any]) -> str:
    """Driver, device and version in a few words."""
    return f"{about['driver']}: {about['name']}, {about['platform_version']}"
