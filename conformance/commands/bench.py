"""`clgold bench`: how long kernels take, beside others that compute the same."""

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from clgold.device.isolated import Lost
from clgold.device.ranking import pays
from clgold.device.variants import Variant, load_files
from clgold.device.worker import Worker, open_worker
from clgold.golden.cases import Case
from clgold.reference.spec import InputError

from ..run.bench import bench_case, peak_of, repeated, take_turns, threads
from ..run.bench_network import agreed, kernel_operations, ready_network, reference_values
from ..run.choose import Plan, plan_network
from ..run.inputs import network_inputs
from ..run.peers import PEERS, Peer
from ..run.telling import telling_cases
from . import bench_report
from .cases import Asked, case_options, fixed, layer_variants
from .help import Sectioned, section
from .options import KERNELS, counted
from .output import MISMATCH, json_option, show
from .targets import named_network, target_weights

ROUNDS = 9


def read_peers(_context: Any, _option: Any, text: str | None) -> tuple[str, ...]:
    """NAME,… of PEERS."""
    names = tuple(filter(None, (text or "").split(",")))
    for name in names:
        if name not in PEERS:
            raise click.BadParameter(f"{name!r} is none, expected some of {', '.join(PEERS)}.")
    return names


@click.command(cls=Sectioned)
@click.argument("target", metavar="NETWORK|LAYER", required=False)
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights or cases.")
@click.option(
    "--against",
    "peers",
    metavar="NAME,…",
    callback=read_peers,
    help="Others on the same processor: onnxruntime, torch.",
)
@click.option(
    "--repeat",
    "rounds",
    type=click.IntRange(min=1),
    default=ROUNDS,
    show_default=True,
    metavar="N",
    help="Turns of each.",
)
@case_options
@section("Kernels and device", *KERNELS)
@json_option
def bench(
    target: str | None,
    seed: int,
    peers: tuple[str, ...],
    rounds: int,
    device: str | None,
    kernels: tuple[Path, ...],
    chosen: tuple[str, ...],
    fused: bool,
    json_file: Path | None,
    **cases: Any,
) -> None:
    """Time NETWORK's kernels beside others, or every variant of LAYER; share of the peak.

    \b
    Examples: clgold bench stn --against onnxruntime,torch
              clgold bench conv2d --like vgg16.conv4_1
    """
    theirs, asked = load_files(kernels), Asked(**cases)
    found = named_network(target)
    if found is None:
        if peers:
            raise InputError("--against is for networks")
        wanted = asked.cases(target, seed) if asked.anything else telling(target, seed)
        variants = layer_variants(wanted[0].layer, theirs, chosen)
        with contextlib.closing(open_worker(device)) as worker:
            verdict, answer, parts = layer_times(worker, variants, wanted, rounds)
    else:
        if asked.anything:
            raise InputError("--case, --shape, --set, --probe, --like and --data are for layers")
        arrays = target_weights(found, None, seed)
        pictures, _ = network_inputs(found.network, (), ())
        arrays[next(iter(found.network.inputs))] = next(iter(pictures.values()))
        others = [PEERS[name](found.network, arrays, threads()) for name in peers]
        with contextlib.closing(open_worker(device)) as worker:
            view = "fused" if fused else "primitive"
            able = partial(pays, worker.driver)
            plan = plan_network(found.network, fused, theirs, chosen, None, able, fastest=True)
            verdict, answer, parts = network_times(worker, plan, view, arrays, others, rounds)
    show(json_file, answer, *parts, f"verdict: {verdict}")
    if verdict != "pass":
        sys.exit(MISMATCH)


Answer = tuple[str, dict[str, Any], list[Any]]


def telling(layer: str | None, seed: int) -> list[Case]:
    """A layer's cases that tell something; InputError where there is no such layer."""
    fixed(layer, seed)
    assert layer is not None
    return telling_cases(layer, seed)


def loads(before: float) -> list[float]:
    """What the machine had to do beside, in processes: before and after."""
    return [before, os.getloadavg()[0]]


def network_times(
    worker: Worker,
    plan: Plan,
    view: str,
    arrays: Mapping[str, np.ndarray],
    others: Sequence[Peer],
    rounds: int,
) -> Answer:
    """The network's kernels and the others, taking turns, and whether their answers are right."""
    about, before = worker.describe(), os.getloadavg()[0]
    expected = reference_values(plan.network, arrays)
    try:
        ours, peak = ready_network(worker, plan, arrays), peak_of(worker)
        turns = {"": ours.play, "peak": peak.turn}
        turns |= {one.name: repeated(one.work) for one in others}
        with counted(rounds, f"bench {plan.network.name}") as done:
            times = take_turns(turns, rounds, done=done)
        split = bench_report.by_part([ours.split() for _ in range(rounds)])
        found = bench_report.NetworkTimes(
            plan,
            view,
            times,
            peak.operations / times["peak"].seconds,
            split,
            kernel_operations(plan),
            agreed(plan.network, ours.values(), expected),
            {one.name: agreed(plan.network, {"": one.work()}, expected) for one in others},
            {one.name: one.version for one in others},
            loads(before),
        )
    except Lost as lost:
        raise InputError(f"bench {plan.network.name}: {lost.verdict}: {lost.message}") from None
    right = found.agreement.right and all(one.right for one in found.agreements.values())
    verdict = "pass" if right else "fail"
    answer = bench_report.network_json(found, about, verdict)
    return verdict, answer, bench_report.network_parts(found, about)


def layer_times(
    worker: Worker, variants: Sequence[Variant], cases: Sequence[Case], rounds: int
) -> Answer:
    """Every variant on every case, those of a case taking turns."""
    about, before, peak = worker.describe(), os.getloadavg()[0], peak_of(worker)
    found = []
    with counted(len(cases), f"bench {cases[0].layer}") as done:
        for case in cases:
            try:
                times, most = bench_case(worker, variants, case, peak, rounds)
            except Lost as lost:
                raise InputError(f"bench {case}: {lost.verdict}: {lost.message}") from None
            found.append(bench_report.CaseTimes(case, times, peak.operations / most.seconds))
            done()
    fine = all(one.verdict in ("pass", "unsupported") for case in found for one in case.times)
    verdict = "pass" if fine else "fail"
    load = loads(before)
    answer = bench_report.layer_json(cases[0].layer, found, about, load, verdict)
    return verdict, answer, bench_report.layer_parts(cases[0].layer, found, about, load)
