"""Ranks that talk to each other: MPI where there are several. The one module that knows mpi4py.

Nobody waits in a call of MPI's, which would keep a processor busy for those that compute (0.5 CPU
seconds in 2 of waiting, measured; polling takes 0.04), and would never end where a rank hangs.
"""

import os
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

import numpy as np

from clgold.reference.spec import InputError, Shape

INSTALL = 'pip install "clgold[mpi]"'
SHORTEST, LONGEST = 50e-6, 2e-3  # seconds between two looks at what is to arrive
LOOK = 1.0  # seconds between two looks at whether a rank that is waited for goes on
NOTEWORTHY = 0.02  # seconds of waiting of which others are told
FIRST, SECOND, COUNT, REST = range(4)  # tags: data, their second path, an object's length, itself
# How launchers tell a process which rank it is.
RANK_VARIABLES = ("PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK")
LAUNCHERS = ("PMI_", "PMIX_", "OMPI_", "HYDI_", "HYDRA_")

Parts = Mapping[int, np.ndarray]


class NoMPI(InputError):
    """mpi4py, or the MPI that it needs, is not here."""


class Late(RuntimeError):
    """Another rank did not do its part in time; the message names it."""


class Comm(Protocol):
    """The ranks of a run, of which this is one."""

    @property
    def rank(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def neighbours(self) -> int:
        """How many of the ranks are on this machine."""

    def exchange(
        self, what: str, sent: Parts, shapes: Mapping[int, Shape], second: bool = False
    ) -> dict[int, np.ndarray]:
        """What the others send of float32 arrays of these shapes, by rank; Late.

        what names it in messages; `second` is the path by which transfers are checked.
        """

    def gather(self, what: str, value: Any) -> list[Any]:
        """Every rank's value, on every rank; Late."""

    def abort(self, code: int) -> NoReturn:
        """End all ranks."""


@dataclass(frozen=True)
class Alone:
    """The only rank."""

    rank: int = 0
    size: int = 1
    neighbours: int = 1

    def exchange(
        self, what: str, sent: Parts, shapes: Mapping[int, Shape], second: bool = False
    ) -> dict[int, np.ndarray]:
        return {}

    def gather(self, what: str, value: Any) -> list[Any]:
        return [value]

    def abort(self, code: int) -> NoReturn:
        raise SystemExit(code)


@dataclass(eq=False)
class Ranks:
    """The ranks that mpiexec started.

    seconds  without a sign of life, after which a rank that is waited for counts as lost
    waits    is told for whom this one waits, and for what
    signs    what is known of ranks' work: where that changes, they are alive
    """

    mpi: Any
    seconds: float
    waits: Callable[[str, Sequence[int]], None] = lambda what, ranks: None
    signs: Callable[[Sequence[int]], Any] = lambda ranks: None
    neighbours: int = field(init=False)

    def __post_init__(self) -> None:
        shared = self.world.Split_type(self.mpi.COMM_TYPE_SHARED)
        self.neighbours = int(shared.size)
        shared.Free()

    @property
    def world(self) -> Any:
        return self.mpi.COMM_WORLD

    @property
    def rank(self) -> int:
        return int(self.world.rank)

    @property
    def size(self) -> int:
        return int(self.world.size)

    def exchange(
        self, what: str, sent: Parts, shapes: Mapping[int, Shape], second: bool = False
    ) -> dict[int, np.ndarray]:
        tag = SECOND if second else FIRST
        arrived = {rank: np.full(shape, np.nan, np.float32) for rank, shape in shapes.items()}
        kept = {rank: np.ascontiguousarray(part) for rank, part in sent.items()}
        requests = [(rank, self.world.Irecv(part, rank, tag)) for rank, part in arrived.items()]
        requests += [(rank, self.world.Isend(part, rank, tag)) for rank, part in kept.items()]
        self.finish(what, requests)
        return arrived

    def gather(self, what: str, value: Any) -> list[Any]:
        mine = np.frombuffer(pickle.dumps(value), np.uint8)
        others = [rank for rank in range(self.size) if rank != self.rank]
        counts = {rank: np.zeros(1, np.int64) for rank in others}
        own = np.array([mine.size], np.int64)
        requests = [(rank, self.world.Irecv(counts[rank], rank, COUNT)) for rank in others]
        requests += [(rank, self.world.Isend(own, rank, COUNT)) for rank in others]
        self.finish(what, requests)
        found = {rank: np.empty(int(counts[rank][0]), np.uint8) for rank in others}
        requests = [(rank, self.world.Irecv(found[rank], rank, REST)) for rank in others]
        requests += [(rank, self.world.Isend(mine, rank, REST)) for rank in others]
        self.finish(what, requests)
        return [
            value if rank == self.rank else pickle.loads(found[rank].tobytes())
            for rank in range(self.size)
        ]

    def finish(self, what: str, requests: list[tuple[int, Any]]) -> None:
        """Wait until all is sent and has arrived; Late after `seconds`."""
        start = alive = looked = time.monotonic()
        pause, told, seen = SHORTEST, False, None
        while open_ones := [(rank, one) for rank, one in requests if not one.Test()]:
            now, ranks = time.monotonic(), sorted({rank for rank, _ in open_ones})
            if now - start > NOTEWORTHY and not told:
                self.waits(what, ranks)
                told = True
            if now - looked > min(LOOK, self.seconds / 4):
                looked, last = now, seen
                seen = self.signs(ranks)
                alive = alive if seen == last else now
            if now - alive > self.seconds:
                raise Late(
                    f"{named(ranks)} not done its part in {what}: rank {self.rank} has waited "
                    f"{self.seconds:g} s without a sign of life"
                )
            time.sleep(pause)
            pause = min(LONGEST, 1.5 * pause)
        if told:
            self.waits("", ())

    def abort(self, code: int) -> NoReturn:
        self.world.Abort(code)
        raise SystemExit(code)


def named(ranks: Sequence[int]) -> str:
    """These ranks as the beginning of a sentence: "rank 2 has", "ranks 0, 1 have"."""
    if len(ranks) == 1:
        return f"rank {ranks[0]} has"
    return f"ranks {', '.join(map(str, ranks))} have"


def under_mpi() -> bool:
    """Whether mpiexec started this process as one of several ranks."""
    return any(name in os.environ for name in RANK_VARIABLES)


def started() -> int | None:
    """How many ranks mpiexec started; None where it did not start this process, or does not say."""
    sizes = (os.environ.get(name) for name in ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE"))
    return next((int(size) for size in sizes if size and size.isdecimal()), None)


def missing() -> str:
    """Why there can be no ranks here, as a sentence; empty where there can."""
    from importlib.util import find_spec

    if find_spec("mpi4py") is None:
        return f"several ranks need mpi4py, which is not installed: {INSTALL}"
    return ""


def connect(seconds: float) -> Ranks:
    """This process as a rank; NoMPI. Processes that it starts do not take themselves for ranks."""
    if why := missing():
        raise NoMPI(why)
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise NoMPI(f"mpi4py finds no MPI ({error}): {INSTALL}") from error
    for name in list(os.environ):
        if name.startswith(LAUNCHERS):
            del os.environ[name]
    return Ranks(MPI, seconds)
