"""What `clgold verify --ranks` shows: node by node the worst rank, and what is at fault."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from clgold.ranks import Plan, pattern

from .report import budget_text, device_text, shape_text, worst_json, worst_text

if TYPE_CHECKING:
    from clgold.distributed.cost import Cost
    from clgold.distributed.report import NodeReport, Outcome

KEEPING = ("set_zero", "accumulate")


def outcome_parts(plan: Plan, found: "Outcome", about: dict[str, Any]) -> list[Any]:
    """The heading, a row for every node, the fault, and the verdict."""
    rows, columns = plan.grid
    steps = 1 + max((one.step for one in found.nodes), default=0)
    ranks = "1 rank" if plan.ranks == 1 else f"{plan.ranks} ranks ({rows}×{columns})"
    heading = f"{plan.network} on {ranks}, {listed('step', range(steps))}, {device_text(about)}"
    table, kept = nodes_table(plan, found), kept_line(found)
    return [heading, table, *kept, *fault_lines(found), f"verdict: {found.verdict}"]


def is_keeping(one: "NodeReport") -> bool:
    """Whether a report is of what a rank keeps: weights, sums that are cleared and added to."""
    return one.kind == "state" or one.layer in KEEPING


def kept_line(found: "Outcome") -> list[str]:
    """What has no rows of its own as long as it passes."""
    kept = [one for one in found.nodes if is_keeping(one) and not one.failed]
    if not kept:
        return []
    count = sum(one.comparison.count for one in kept)
    return [
        f"weights and sums of gradients, from node to node and step to step: {len(kept)} checks of "
        f"{count:,} elements pass"
    ]


def by_node(found: "Outcome") -> list[list["NodeReport"]]:
    """The reports of each node, of all ranks and steps, in the order of the nodes."""
    nodes: dict[tuple[int, str, str], list[NodeReport]] = {}
    for one in found.nodes:
        nodes.setdefault((one.order, one.node, one.kind), []).append(one)
    return [nodes[key] for key in sorted(nodes)]


def worst_of(reports: Sequence["NodeReport"]) -> "NodeReport":
    """The first that fails, else the one that uses most of its bound."""
    failed = [one for one in reports if one.failed]
    return failed[0] if failed else max(reports, key=lambda one: one.comparison.budget_used)


def nodes_table(plan: Plan, found: "Outcome") -> Table:
    table = Table(title="each kernel on what its rank had, each transfer; the worst rank and step")
    for heading in (
        "array",
        "by",
        "whole",
        "elements",
        "error / bound",
        "error / honest",
        "verdict",
    ):
        table.add_column(
            heading, justify="left" if heading in ("array", "by", "verdict") else "right"
        )
    for reports in by_node(found):
        one = worst_of(reports)
        if is_keeping(one) and not one.failed:
            continue
        judged = sum(each.comparison.count for each in reports)
        precision = one.comparison.precision
        array = plan.arrays.get(one.node)
        table.add_row(
            one.node,
            by_text(plan, one),
            "" if array is None else shape_text(array.shape),
            f"{judged:,}",
            budget_text(one.comparison.budget_used),
            "" if precision is None else f"{precision:.2g}×",
            verdict_text(one),
        )
    return table


def by_text(plan: Plan, one: "NodeReport") -> str:
    """What brings the array about: a layer and its variant, or a kind of transfer."""
    if one.kind == "kernel":
        return f"{one.layer} {one.variant!r}"
    return pattern(plan.arrays[one.node]) if one.kind == "transfer" else one.kind


def verdict_text(one: "NodeReport") -> Text:
    if not one.failed:
        return Text(one.comparison.verdict)
    return Text(f"{one.comparison.verdict} (rank {one.rank}, step {one.step})", "red")


def fault_lines(found: "Outcome") -> list[str]:
    """The first node that fails, where it does, why, and what follows from it."""
    if not found.fault:
        return []
    first = found.fault[0]
    ranks = sorted({one.rank for one in found.fault})
    steps = sorted({one.step for one in found.fault})
    lines = [
        f"fault: {first.kind} {first.node}: {first.comparison.verdict} on "
        f"{listed('rank', ranks)}, in {listed('step', steps)}: {first.comparison.message}"
    ]
    if first.comparison.worst is not None:
        lines.append(f"{worst_text(first.comparison.worst)} (rank {first.rank}, step {first.step})")
    lines += [f"    {said}" for said in first.says]
    if first.kind != "kernel":
        lines.append(f"    cause: {found.cause or 'no known one explains it'}")
    if found.consequences:
        lines.append(f"    fail behind it: {', '.join(found.consequences)}")
    return lines


def cost_lines(plan: Plan, costs: Sequence["Cost"]) -> list[str]:
    """Seconds and memory of the rank that has most of each, and what the plan says."""
    kernels, transfers, wall, memory, worker = (
        max(getattr(one, field) for one in costs)
        for field in ("kernels", "transfers", "wall", "memory", "worker")
    )
    planned = max(sum(plan.memory(rank).values()) for rank in range(plan.ranks))
    return [
        f"seconds: {kernels:.3g} of kernels, {transfers:.3g} of transfers, {wall:.3g} in all with "
        "judging",
        f"memory of a rank: {bytes_text(planned)} by the plan; at its peak {bytes_text(memory)}, "
        f"and its worker {bytes_text(worker)}",
    ]


def bytes_text(count: int) -> str:
    return f"{count / 1e9:.3g} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"


def listed(word: str, numbers: Sequence[int]) -> str:
    """These ranks or steps in words."""
    return f"{word}{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def outcome_json(plan: Plan, found: "Outcome", about: dict[str, Any]) -> dict[str, Any]:
    """The same for programs; a node for each rank and step."""
    first = found.fault[0] if found.fault else None
    return {
        "kind": "verify-ranks",
        "verdict": found.verdict,
        "network": plan.network,
        "grid": plan.grid,
        "device": about,
        "fault": first
        and {
            "name": first.node,
            "kind": first.kind,
            "ranks": sorted({one.rank for one in found.fault}),
            "steps": sorted({one.step for one in found.fault}),
            "cause": found.cause or None,
            "says": list(first.says),
        },
        "consequences": list(found.consequences),
        "nodes": [node_json(one) for one in found.nodes],
    }


def node_json(one: "NodeReport") -> dict[str, Any]:
    found = one.comparison
    return {
        "name": one.node,
        "kind": one.kind,
        "rank": one.rank,
        "step": one.step,
        "layer": one.layer or None,
        "variant": one.variant or None,
        "verdict": found.verdict,
        "message": found.message,
        "failed": found.failed,
        "elements": found.count,
        "budget_used": found.budget_used,
        "precision": found.precision,
        "worst": worst_json(found.worst),
        "causes": list(one.causes),
    }
