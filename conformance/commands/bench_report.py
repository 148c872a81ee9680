"""What `clgold bench` shows: times, rates, shares of the peak and ratios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from statistics import median
from typing import Any

from rich.table import Table
from rich.text import Text

from clgold.golden.cases import Case

from ..run.bench import Times, VariantTimes
from ..run.bench_network import Agreement
from ..run.choose import Plan
from ..run.rate import Pace, operations, time_text
from .report import device_text


@dataclass(frozen=True)
class NetworkTimes:
    """A network's kernels, under the empty name, and others; peak: operations in a second.

    split and operations are by kernel; agreement is of the answers with the reference's.
    """

    plan: Plan
    view: str
    times: Mapping[str, Times]
    peak: float
    split: Sequence[Times]
    operations: Mapping[str, int]
    agreement: Agreement
    agreements: Mapping[str, Agreement]
    versions: Mapping[str, str]
    load: Sequence[float]


@dataclass(frozen=True)
class CaseTimes:
    """Every variant on one case; peak: operations in a second."""

    case: Case
    times: Sequence[VariantTimes]
    peak: float

    def pace(self, one: VariantTimes) -> Pace | None:
        """By the clock; None where there is no time."""
        if one.times is None:
            return None
        question = self.case.question
        sizes = [prod(shape) for shape in (*question.shapes, question.shape) if shape is not None]
        return Pace(one.times.seconds, operations(question), 4 * sum(sizes))


def by_part(splits: Sequence[Sequence[tuple[float, float]]]) -> list[Times]:
    """The medians of each part of a replay that was split several times."""
    return [
        Times(median(wall for wall, _ in part), median(cpu for _, cpu in part), len(part))
        for part in zip(*splits, strict=True)
    ]


def share_text(operations: int, seconds: float, peak: float) -> str:
    """A share of the peak in per cent; empty where nothing is multiplied and added."""
    return f"{100 * operations / seconds / peak:.3g} %" if operations else ""


def load_line(load: Sequence[float], peak: float) -> str:
    before, after = load
    return f"peak {peak / 1e9:.4g} GFLOP/s; load {before:.1f} before, {after:.1f} after"


def network_parts(found: NetworkTimes, about: dict[str, Any]) -> list[Any]:
    """A table of who took turns, and one of the kernels, each waited for."""
    network = found.plan.network
    whole, own = sum(found.operations.values()), found.times[""]
    table = Table()
    for heading in (
        "",
        "time",
        "CPU time",
        "GFLOP/s",
        "of the peak",
        "ratio",
        "CPU ratio",
        "answer",
    ):
        table.add_column(heading, justify="left" if heading in ("", "answer") else "right")
    for name, one in found.times.items():
        if name == "peak":
            continue
        agreement = found.agreements.get(name, found.agreement)
        table.add_row(
            f"{name} {found.versions[name]}" if name else "kernels",
            time_text(one.seconds),
            time_text(one.cpu),
            f"{whole / one.seconds / 1e9:.3g}",
            share_text(whole, one.seconds, found.peak),
            f"{own.seconds / one.seconds:.3g}" if name else "",
            f"{own.cpu / one.cpu:.3g}" if name and one.cpu else "",
            answer_text(agreement),
        )
    heading = f"{network.name} ({found.view}) on {device_text(about)}"
    return [heading, table, kernel_table(found), load_line(found.load, found.peak)]


def answer_text(one: Agreement) -> str:
    """How far from the reference's."""
    return f"{'the same' if one.same else 'another'} class, {one.distance:.1g} off"


def kernel_table(found: NetworkTimes) -> Table:
    table, total = Table(), sum(one.cpu for one in found.split)
    headings = ("kernel", "variant", "time", "CPU time", "share of it", "GFLOP/s", "of the peak")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in ("kernel", "variant") else "right")
    for kernel, one in zip(found.plan.kernels, found.split, strict=True):
        count, seconds = found.operations[kernel.name], one.seconds
        table.add_row(
            kernel.name,
            Text(found.plan.variants[kernel.name].name),
            time_text(seconds),
            time_text(one.cpu),
            f"{100 * one.cpu / total:.3g} %" if total else "",
            f"{count / seconds / 1e9:.3g}" if count else "",
            share_text(count, seconds, found.peak),
        )
    return table


def times_json(one: Times, operations: int) -> dict[str, Any]:
    rate = operations / one.seconds / 1e9 if operations else None
    return {"seconds": one.seconds, "cpu": one.cpu, "runs": one.runs, "gflops": rate}


def network_json(found: NetworkTimes, about: dict[str, Any], verdict: str) -> dict[str, Any]:
    """The same as JSON; ratio: of the kernels' time to the other's."""
    whole, own = sum(found.operations.values()), found.times[""]
    return {
        "kind": "bench-network",
        "verdict": verdict,
        "network": found.plan.network.name,
        "view": found.view,
        "device": about,
        "load": list(found.load),
        "peak": found.peak / 1e9,
        "times": times_json(own, whole),
        "distance": found.agreement.distance,
        "others": [
            {
                "name": name,
                "version": version,
                **times_json(found.times[name], whole),
                "ratio": own.seconds / found.times[name].seconds,
                "cpu_ratio": own.cpu / found.times[name].cpu if found.times[name].cpu else None,
                "distance": found.agreements[name].distance,
            }
            for name, version in found.versions.items()
        ],
        "kernels": [
            {
                "name": kernel.name,
                "layer": kernel.layer,
                "variant": found.plan.variants[kernel.name].name,
                "seconds": one.seconds,
                "cpu": one.cpu,
                "operations": found.operations[kernel.name],
            }
            for kernel, one in zip(found.plan.kernels, found.split, strict=True)
        ],
    }


def naive_of(times: Sequence[VariantTimes]) -> Times | None:
    """The time of the first, which stays for ever."""
    named = [one.times for one in times if one.variant.name == "naive"]
    return named[0] if named else times[0].times


def layer_parts(
    layer: str, found: Sequence[CaseTimes], about: dict[str, Any], load: Sequence[float]
) -> list[Any]:
    """A table for each case."""
    parts: list[Any] = [f"{layer} on {device_text(about)}"]
    for case in found:
        table = Table(title=str(case.case), title_justify="left")
        for heading in ("variant", "time", "CPU time", "rate", "of the peak", "to naive"):
            table.add_column(heading, justify="left" if heading == "variant" else "right")
        table.add_column("verdict")
        naive = naive_of(case.times)
        for one in case.times:
            pace, verdict = case.pace(one), one.verdict
            table.add_row(
                Text(one.variant.name),
                time_text(one.times.seconds) if one.times else "",
                time_text(one.times.cpu) if one.times else "",
                pace.rate_text if pace else "",
                share_text(pace.operations, pace.seconds, case.peak) if pace else "",
                f"{naive.seconds / one.times.seconds:.3g}×" if naive and one.times else "",
                Text(f"{verdict}: {one.message}" if one.message else verdict),
            )
        parts.append(table)
    return [*parts, load_line(load, found[-1].peak)]


def layer_json(
    layer: str,
    found: Sequence[CaseTimes],
    about: dict[str, Any],
    load: Sequence[float],
    verdict: str,
) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "kind": "bench-layer",
        "verdict": verdict,
        "layer": layer,
        "device": about,
        "load": list(load),
        "cases": [
            {
                "case": str(case.case),
                "peak": case.peak / 1e9,
                "operations": operations(case.case.question),
                "variants": [
                    {
                        "variant": one.variant.name,
                        "verdict": one.verdict,
                        "message": one.message,
                        "seconds": one.times and one.times.seconds,
                        "cpu": one.times and one.times.cpu,
                    }
                    for one in case.times
                ],
            }
            for case in found
        ],
    }
