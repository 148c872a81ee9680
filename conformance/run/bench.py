"""How long kernels take beside others that compute the same, taking turns."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from clgold.device.isolated import Lost
from clgold.device.peak import operations
from clgold.device.ranking import pays
from clgold.device.run import Run
from clgold.device.timed import Asked, Timed, ready, ready_peak
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.golden.cases import Case
from clgold.reference import Question

from ..judge.assess import judged

# Seconds of one turn: long enough for a hundred runs of a small network, short enough that all who
# take turns meet the same load.
TURN = 0.1
# Between turns: threads that wait for work by spinning, as ONNX Runtime's do, have stopped.
PAUSE = 0.03

Turn = Callable[[float], list[tuple[float, float]]]


@dataclass(frozen=True)
class Times:
    """Medians of all runs in all turns, in seconds: by the clock, and of all processors."""

    seconds: float
    cpu: float
    runs: int


def take_turns(
    turns: Mapping[str, Turn],
    rounds: int,
    least: float = TURN,
    done: Callable[[], None] = lambda: None,
) -> dict[str, Times]:
    """Each plays for `least` seconds, one after another, so many rounds."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in turns}
    for turn in turns.values():  # what is slow at first only
        turn(0.0)
    for _ in range(rounds):
        for name, turn in turns.items():
            time.sleep(PAUSE)
            seen[name] += turn(least)
        done()
    return {
        name: Times(median(w for w, _ in all_), median(c for _, c in all_), len(all_))
        for name, all_ in seen.items()
    }


def repeated(work: Callable[[], object]) -> Turn:
    """Turns of something in this process."""

    def turn(least: float) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = []
        end = time.perf_counter() + least
        while not found or time.perf_counter() < end:
            cpu, wall = time.process_time(), time.perf_counter()
            work()
            found.append((time.perf_counter() - wall, time.process_time() - cpu))
        return found

    return turn


@dataclass(frozen=True)
class Peak:
    """Nothing but multiply-adds, in the widest vectors that pay on the driver."""

    turn: Turn
    operations: int


def peak_of(worker: Worker) -> Peak:
    """The device's peak, to be measured in turn."""
    lanes = 16 if pays(worker.driver, "float16") else 8
    return Peak(ready_peak(worker, "peak", lanes).play, operations(lanes))


def threads() -> int:
    """The processors that this process may use; a driver in a process of ours uses the same."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def judge_values(
    variant: Variant, question: Question, worker: Worker, values: Mapping[str, np.ndarray]
) -> tuple[str, str]:
    """The verdict, and its words, on what a replay left."""
    kept = dict(values)
    output = worker.upload("output", kept.pop(""))
    run = Run(output=output, kept=kept, profile=str(worker.describe()["profile"]))
    found = judged(variant, question, run, None, False, None, False).comparison
    return found.verdict, found.message


@dataclass(frozen=True)
class VariantTimes:
    """A variant on a case; verdict of what the last replay left; times None where it has none."""

    variant: Variant
    verdict: str
    message: str
    times: Times | None


def bench_case(
    worker: Worker, variants: Sequence[Variant], case: Case, peak: Peak, rounds: int
) -> tuple[list[VariantTimes], Times]:
    """Every variant's times on one case, taking turns, and the peak's."""
    question = case.question
    arrays = {
        name: worker.upload(name, values)
        for name, values in zip(question.names, question.operands, strict=True)
        if values is not None
    }
    names = tuple(name if name in arrays else None for name in question.names)
    timed: dict[str, Timed] = {}
    found: dict[str, VariantTimes] = {}
    for one in variants:
        try:
            timed[one.name] = ready(worker, one.name, [Asked(one, question, names, "out")], arrays)
        except Lost as lost:
            if worker.child is None:  # and with it the others
                raise
            found[one.name] = VariantTimes(one, lost.verdict, lost.message, None)
    turns = {name: one.play for name, one in timed.items()} | {"": peak.turn}
    times = take_turns(turns, rounds)
    for one in variants:
        if one.name in timed:
            verdict, message = judge_values(one, question, worker, timed[one.name].values())
            found[one.name] = VariantTimes(one, verdict, message, times[one.name])
    worker.drop(*arrays.values())
    return [found[one.name] for one in variants], times[""]
