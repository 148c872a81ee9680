"""Ranks as threads, on a device that computes as the reference does: the harness without MPI."""

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from clgold.device.drivers import Driver
from clgold.device.run import Run
from clgold.distributed.comm import Parts
from clgold.distributed.rank_run import Rank
from clgold.reference import FULL, Question
from clgold.reference.spec import Shape

SECONDS = 60


@dataclass(frozen=True)
class Held:
    """An array that is nowhere but here."""

    name: str
    host: np.ndarray

    @property
    def shape(self) -> Shape:
        return self.host.shape

    @property
    def dtype(self) -> np.dtype:
        return self.host.dtype


Answer = Callable[[Question], np.ndarray]


def rounded(question: Question) -> np.ndarray:
    """The reference's value in float32."""
    return question.answer(FULL).value.astype(question.chain.dtype)


@dataclass(frozen=True)
class Paper:
    """A device whose kernels are `answer`."""

    answer: Answer = rounded
    driver: Driver = field(default_factory=lambda: Driver("paper", "paper", "paper"))
    index: int = 0

    def upload(self, name: str, values: np.ndarray) -> Held:
        return Held(name, values)

    def run(self, variant: Any, question: Question, operands: Any, *rest: Any) -> Run:
        held = Held("output", self.answer(question))
        return Run(output=held)  # type: ignore[arg-type] # it serves where a DeviceArray does

    def drop(self, *arrays: Any) -> None:
        """Nothing is kept."""

    def describe(self) -> dict[str, Any]:
        return {"driver": "paper", "name": "paper", "platform_version": "0"}

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class ThreadComm:
    """One of several threads that send each other arrays."""

    rank: int
    size: int
    boxes: Mapping[Any, "queue.Queue[Any]"]
    neighbours: int = 1

    def exchange(
        self, what: str, sent: Parts, shapes: Mapping[int, Shape], second: bool = False
    ) -> dict[int, np.ndarray]:
        for rank, part in sent.items():
            self.boxes[self.rank, rank, second].put((what, np.array(part)))
        found = {}
        for rank, shape in shapes.items():
            said, found[rank] = self.boxes[rank, self.rank, second].get(timeout=SECONDS)
            assert said == what
            assert found[rank].shape == shape
        return found

    def gather(self, what: str, value: Any) -> list[Any]:
        ranks = [rank for rank in range(self.size) if rank != self.rank]
        for rank in ranks:
            self.boxes[self.rank, rank, True].put((what, value))
        found = {rank: self.boxes[rank, self.rank, True].get(timeout=SECONDS) for rank in ranks}
        assert all(said == what for said, _ in found.values())
        return [value if rank == self.rank else found[rank][1] for rank in range(self.size)]

    def abort(self, code: int) -> NoReturn:
        raise SystemExit(code)


def run_threads(size: int, work: Callable[[ThreadComm], Rank]) -> list[Rank]:
    """work(comm) for every rank at once; what one raises is raised here."""
    boxes: Mapping[Any, queue.Queue[Any]] = defaultdict(queue.Queue)
    for one in ((a, b, c) for a in range(size) for b in range(size) for c in (False, True)):
        boxes[one]  # made here: threads do not make them
    found: list[Rank | BaseException] = [RuntimeError("did not run")] * size

    def run(rank: int) -> None:
        try:
            found[rank] = work(ThreadComm(rank, size, boxes))
        except BaseException as error:
            found[rank] = error

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(size)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=2 * SECONDS)
    ranks = []
    for result in found:
        if isinstance(result, BaseException):
            raise result
        ranks.append(result)
    return ranks
