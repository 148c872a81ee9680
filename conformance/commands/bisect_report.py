"""What `clgold bisect` shows: a table of the kernels, and a paragraph on each fault."""

import math
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from clgold.diagnosis.bisect.engine import Bisection, NodeReport
from clgold.diagnosis.bisect.faults import Fault
from clgold.diagnosis.bisect.probing import AT_OTHER_SIZES
from clgold.diagnosis.bisect.spread import Spread
from clgold.diagnosis.bisect.stretch import Stretch
from clgold.diagnosis.explain.text import NO_CAUSE, few_lines

from .report import budget_text, shape_text


def kernels_table(bisection: Bisection) -> Table:
    """Kernel by kernel the error born there beside the error passed on."""
    table = Table(title="every kernel alone, the worst of all images")
    for heading in ("kernel", "variant", "output"):
        table.add_column(heading)
    for heading in ("born here", "on the device's inputs", "passed on"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for node in bisection.nodes:
        table.add_row(
            node.kernel.name,
            Text(node.variant.name),
            shape_text(node.shape),
            budget_text(node.born.budget_used) if node.born.count else "–",
            budget_text(node.own.budget_used) if node.own.count else "–",
            passed_on_text(node),
            verdict_text(node),
        )
    table.caption = (
        "born here: error / bound on the reference's inputs; "
        "passed on: distance from the reference's trace as a share of its largest value"
    )
    return table


def lacking_lines(lacking: Sequence[str]) -> list[str]:
    """What a pass says nothing of."""
    head = "The network has nothing else than this (batches and unequal sides: see its probes):"
    return [head, *(f"    {one}" for one in lacking)] if lacking else []


def passed_on_text(node: NodeReport) -> str:
    if node.passed_on is None:
        return "–"
    return "no number" if math.isinf(node.passed_on.relative) else f"{node.passed_on.relative:.1e}"


def verdict_text(node: NodeReport) -> Text:
    if not node.evidence:
        return Text("pass")
    return Text(f"{node.verdict} ({place_text(node.evidence[0].shows)})", "red")


def place_text(shows: str) -> str:
    """An image or a probe, without the line that replays it."""
    return shows.partition(": ")[0]


def stretches_table(stretches: Sequence[Stretch]) -> Table:
    """Dumped buffer by dumped buffer the error of the kernels before it."""
    table = Table(title="every dumped buffer, computed from those before it")
    for heading in ("buffer", "from", "kernels", "order", "error / bound", "verdict"):
        table.add_column(heading, justify="right" if "/" in heading else "left")
    for one in stretches:
        said = one.unjudged or one.found.verdict
        table.add_row(
            Text(one.buffer),
            Text(", ".join(one.sources)),
            Text(", ".join(one.kernels)),
            one.layout,
            budget_text(one.found.budget_used),
            Text(said, "red" if one.faulty else ""),
        )
    return table


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """A paragraph on each fault, the first one first."""
    lines: list[str] = []
    for number, fault in enumerate(faults, start=1):
        count = f" {number} of {len(faults)}" if len(faults) > 1 else ""
        lines += ["", f"fault{count}: {fault.node}: {fault.found.verdict}: {fault.found.message}"]
        lines += [f"    {said}" for said in paragraph(fault)]
    return [*lines, ""] if lines else []


def paragraph(fault: Fault) -> list[str]:
    """What is known of a fault, line by line."""
    lines = [f"kernel: {kernel_text(fault)}"]
    if fault.between:
        layers = f": {fault.node} ({fault.layers})" if fault.layers else ""
        lines = [f"where: {fault.between}{layers}"]
    else:
        lines.append(f"shows on: {shows_text(fault.shows)}")
        if all(AT_OTHER_SIZES in place_text(one) for one in fault.shows):
            lines.append("at the network's own sizes it is right: if it is for these alone, let")
            lines.append("    its `supports` say so")
    known = few_lines(fault.diagnosis, numbers=True)
    lines += [one for one in known if fault.layers or not one.endswith(NO_CAUSE)]
    if fault.spread is not None:
        lines.append(f"goes on: {spread_text(fault.spread)}")
    if fault.reproduction is not None:
        lines += reproduction_lines(fault)
    if fault.picture is not None:
        lines.append(f"picture: {fault.picture}")
    return lines


def kernel_text(fault: Fault) -> str:
    files = ", ".join(path.name for path in fault.sources)
    at = "" if fault.layer == fault.layers or " or " in fault.layer else f", in its {fault.layer}"
    return f"{fault.layers} {fault.variant!r} ({files}){at}"


def shows_text(shows: Sequence[str]) -> str:
    """Images and probes; where it is probes alone, the line that replays the first."""
    places = ", ".join(dict.fromkeys(place_text(one) for one in shows))
    case = shows[0].partition(": ")[2]
    return f"{places} (--case {shlex.quote(case)})" if case else places


def spread_text(found: Spread) -> str:
    """The kernels that the error reaches, and the answer."""
    if not found.reaches:
        reached = "nowhere"
    else:
        most = max(found.reaches, key=lambda one: one.change)
        size = "no number" if math.isinf(most.change) else f"{100 * most.change:.3g} %"
        reached = f"to {', '.join(one.kernel for one in found.reaches)}"
        reached += f" (at most {size}, in {most.kernel})"
    if found.class_before is None:
        return reached
    before = f"class {found.class_before}{chance_text(found.probability_before)}"
    after = "stays" if found.class_after == found.class_before else f"becomes {found.class_after}"
    return f"{reached}; {before} {after}{chance_text(found.probability_after)}"


def chance_text(probability: float | None) -> str:
    return "" if probability is None else f" (p = {probability:.4f})"


def reproduction_lines(fault: Fault) -> list[str]:
    found = fault.reproduction
    assert found is not None
    if found.path is None:
        return [f"reproduction: none: {found.message}"]
    return [f"reproduce: {command_text(found.path)}", f"    {found.case}"]


def command_text(folder: Path) -> str:
    """The command that shows the fault again."""
    return f"python {shlex.quote(os.path.relpath(folder / 'repro.py'))}"
