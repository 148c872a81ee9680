"""One rank from beginning to end: connect, run, agree. What ends it ends all, and is known."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.device.variants import Variant
from clgold.ranks import Plan
from clgold.reference.spec import InputError

from .comm import Alone, Comm, Late, Ranks, connect, under_mpi
from .cost import Cost, peak
from .drivers import rank_worker
from .launch import die_with_parent
from .moves import HONEST, Moves
from .rank_run import Rank
from .report import Outcome, judge_all
from .status import FOLDER, Teller

Arrays = dict[str, np.ndarray]
SECONDS = 60.0  # for another rank's part of a transfer


@dataclass(frozen=True)
class Job:
    """What the ranks do, the same for each.

    weights   the rank's parts, by the rank's number
    steps     each with what all ranks have whole: images
    variants  that go before ours
    whole     evaluate large products whole, where sums of their rows settle them too
    seconds   after which a rank that others wait for is taken for lost
    """

    plan: Plan
    weights: Callable[[int], Arrays]
    steps: Iterable[Mapping[str, np.ndarray]]
    device: str | None = None
    variants: tuple[Variant, ...] = ()
    seconds: float = SECONDS
    whole: bool = False
    moves: Moves = HONEST


@dataclass(frozen=True)
class Done:
    """What all ranks found, the loss of every step, where there is one, and the device.

    costs   of every rank
    first   whether this is the rank that tells people
    """

    outcome: Outcome
    losses: tuple[float, ...]
    about: dict[str, Any]
    costs: tuple[Cost, ...]
    first: bool


def run_job(job: Job) -> Done:
    """Run this process's rank, or the only one. Raises InputError, NoDevice, NoMPI, Late."""
    if FOLDER in os.environ:
        die_with_parent()
    comm: Comm = connect(job.seconds) if under_mpi() else Alone()
    teller = Teller(comm.rank)
    if isinstance(comm, Ranks):
        comm.waits, comm.signs = teller.waits, teller.signs
    try:
        return run_rank(job, comm, teller)
    except BaseException as error:
        teller.failed(said(error), isinstance(error, Late))
        if comm.size == 1 or (agreed(error) and comm.rank == 0):
            raise
        if not agreed(error):
            print_failure(comm, teller, error)
        comm.abort(1)


def agreed(error: BaseException) -> bool:
    """Whether every rank comes to the same error, of which one is to tell."""
    from clgold.device.probe import NoDevice, UnknownDevice

    return isinstance(error, (InputError, NoDevice, UnknownDevice))


def print_failure(comm: Comm, teller: Teller, error: BaseException) -> None:
    """One sentence, where no command of ours reads the rank's file."""
    if teller.file is None:
        place = f" in step {teller.status.step}, at {teller.status.node}"
        print(f"clgold: rank {comm.rank} failed{place}: {said(error)}", file=sys.stderr, flush=True)


def said(error: BaseException) -> str:
    """An error as the end of a sentence."""
    if isinstance(error, MemoryError):
        return "it ran out of memory"
    if isinstance(error, SystemExit):
        return f"it exited with status {error.code}"
    words = " ".join(str(error).split())
    return words if isinstance(error, Late) else f"{type(error).__name__}: {words}".rstrip(": ")


def run_rank(job: Job, comm: Comm, teller: Teller) -> Done:
    """Every step; then what each rank found, on all of them."""
    if comm.size != job.plan.ranks:
        rows, columns = job.plan.grid
        raise InputError(
            f"mpiexec started {comm.size} ranks, a grid of {rows}×{columns} has {job.plan.ranks}"
        )
    worker = rank_worker(job.device, comm)
    with contextlib.closing(worker):
        held = job.weights(comm.rank)
        rank = Rank(job.plan, comm, worker, held, teller.at, job.variants, job.whole, job.moves)
        begun = time.perf_counter()
        for number, data in enumerate(job.steps):
            rank.step(number, data)
        rank.finish(number)
        teller.at(teller.status.step, "the end")
        about = worker.describe()
        wall = time.perf_counter() - begun
        theirs = 0 if worker.child is None else peak(worker.child.process.pid)
        cost = Cost(rank.bench.seconds, rank.moving, wall, peak(), theirs)
        parts = comm.gather("the reports", (rank.found, cost))
    found = [one for reports, _ in parts for one in reports]
    costs = tuple(one for _, one in parts)
    return Done(judge_all(found), tuple(rank.losses), about, costs, comm.rank == 0)
