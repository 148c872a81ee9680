"""A rank's work: every kernel on its device, every transfer, each judged where it happens.

A kernel is judged on the inputs that the rank had, against the reference of its part; a transfer
against what was written, which comes by a second path. So no rank needs a whole array, and a fault
is where something fails first.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from clgold.conformance.judge.compare import Comparison, compare
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.ranks import Placed, Plan, transfers, whole
from clgold.reference import Question, ask, find_chain
from clgold.reference.spec import Shape

from .causes import Evidence, causes
from .comm import Comm
from .exchange import cut_parts, witness
from .expected import enclose
from .kernels import Place, Ran, joined
from .moves import HONEST, Moves
from .questions import Arrays, evaluation, idle, rank_question, step_losses
from .report import NodeReport
from .state import (
    FIRST_SUM,
    LITTLE,
    Left,
    checksum,
    judge_sum,
    judge_weights,
    leave,
)
from .workbench import Workbench

# A kernel's places in a step: itself, what clears a sum, its start, what adds to it, transfer.
PLACES = 5
LAST = 10**6  # the place of what is judged behind all kernels


@dataclass(eq=False)
class Rank:
    """One rank of a run.

    held    what it has of every array: a weight, a constant, or what it reads
    told    is told at which node it is, as often as there is a sign of life
    first   variants that go before ours
    whole   evaluate every element of large products too, where sums of rows settle them
    before  each array's transfer in the step before
    sums    what gradients of weights are added to
    left    what updates left of weights
    losses  of each step, of the whole batch
    moving  seconds that it exchanged parts of arrays, or waited for them
    """

    plan: Plan
    comm: Comm
    device: Device
    held: Arrays = field(default_factory=dict)
    told: Callable[[int, str], None] = lambda step, node: None
    first: tuple[Variant, ...] = ()
    whole: bool = True
    moves: Moves = HONEST
    before: dict[str, Evidence] = field(default_factory=dict)
    sums: Arrays = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)
    moving: float = 0.0
    bench: Workbench = field(init=False)

    def __post_init__(self) -> None:
        self.bench = Workbench(self.device, self.comm.rank, self.told, self.first, self.whole)

    @property
    def found(self) -> list[NodeReport]:
        """What it says of every node, in the order in which it came to them."""
        return self.bench.found

    def step(self, number: int, data: Mapping[str, np.ndarray]) -> None:
        """One step on these images (and labels), which every rank has whole."""
        for name, values in data.items():
            array = self.plan.arrays[name]
            mine = values[array.held[self.comm.rank].place(array.reads[self.comm.rank])]
            self.held[name] = np.ascontiguousarray(mine)
        self.check_weights(number, -1)
        for order, kernel in enumerate(self.plan.kernels):
            self.told(number, kernel.array)
            self.one(number, PLACES * order, kernel)
        self.losses += step_losses(self.plan, self.held)

    def one(self, step: int, place: int, kernel: Placed) -> None:
        """A kernel, and what becomes of the array that it leaves."""
        name = kernel.array
        array, subject = self.plan.arrays[name], self.plan.arrays.get(name.removesuffix(".grad"))
        if subject is not array and subject is not None and subject.kind == "weight":
            wrote = self.add_up(step, place, kernel)
        else:
            wrote = self.compute(step, place, kernel)
        if array.kind == "weight":
            old = self.held[name]
            self.left[name] = leave(old, wrote)
            self.held[name] = self.moves.keep(name, old, wrote)
            return
        self.held[name] = self.transfer(step, place + 4, name, wrote)

    def finish(self, step: int) -> None:
        """Behind the last step: the weights, and what every rank has of the same."""
        self.check_weights(step, LAST)
        for name, array in self.plan.arrays.items():
            everywhere = all(rect == whole(array.shape) for rect in array.reads)
            if array.kind == "weight" and everywhere and self.comm.size > 1:
                mine = checksum(self.held[name])
                first, *_ = self.comm.gather(f"the comparison of {name}", mine)
                message = "" if mine == first else "not what the first rank has"
                verdict = "wrong" if message else "pass"
                found = Comparison(verdict, message, int(bool(message)), array.reads[0].count)
                self.bench.note(NodeReport(step, LAST + 1, name, "state", self.comm.rank, found))

    def check_weights(self, step: int, place: int) -> None:
        """The weights are still what the updates left."""
        for name, left in self.left.items():
            found, why = judge_weights(self.held[name], left)
            rank = self.comm.rank
            self.bench.note(NodeReport(step, place, name, "state", rank, found, causes=why))

    def add_up(self, step: int, place: int, kernel: Placed) -> np.ndarray:
        """A gradient's array is cleared, and what a kernel computes is added to it.

        Panel by panel, for a rank has no room for two arrays as large as the weights.
        """
        name, rank, chain = kernel.array, self.comm.rank, find_chain("accumulate")
        start = self.cleared(step, place, name, kernel.parts[rank].writes.size)
        report = self.bench.report(step, place + 3, name, chain.name)
        runs: list[Ran] = []
        places: list[Place] = []

        def add(spot: Place, delta: np.ndarray) -> np.ndarray:
            old = start.reshape(shape)[spot].copy()
            ran = self.bench.run(report, ask(chain, (old, delta), {}))
            self.bench.seconds += ran.seconds
            runs.append(ran)
            places.append(spot)
            return ran.values

        question = self.question(kernel)
        shape = start.shape if question is None else question.shape
        if question is None:  # nothing to compute it from
            start = add((), np.zeros(shape, np.float32))
        else:
            self.bench.answer(step, place, name, question, start.reshape(shape), add)
        self.bench.judged(report, joined(start, runs, places), f"what rank {rank} had")
        self.sums[name] = start
        return start

    def cleared(self, step: int, place: int, name: str, shape: Shape) -> np.ndarray:
        """What a gradient is added to, judged: an array that holds something from before."""
        old = self.sums.pop(name, None)
        if old is None:
            old = np.full(shape, FIRST_SUM, np.float32)
        over = old if old.nbytes > LITTLE else None  # a rank has no room for two
        question = ask(find_chain("set_zero"), (old,), {})
        zero = self.bench.answer(step, place + 1, name, question, into=over)
        start = np.ascontiguousarray(self.moves.clear(name, old, zero))
        found, why = judge_sum(start)
        rank = self.comm.rank
        self.bench.note(NodeReport(step, place + 2, name, "state", rank, found, causes=why))
        return start

    def question(self, kernel: Placed) -> Question | None:
        """What this rank computes of a kernel; None where that is nothing."""
        part = kernel.parts[self.comm.rank]
        if idle(part, self.plan, kernel):
            return None
        return rank_question(self.plan, self.held, self.comm.rank, kernel, part)

    def compute(self, step: int, place: int, kernel: Placed) -> np.ndarray:
        """What this rank writes of the kernel's array; 0 of sums that it has no part in."""
        rank = self.comm.rank
        part, array = kernel.parts[rank], self.plan.arrays[kernel.array]
        if kernel.layer == "evaluate" and not idle(part, self.plan, kernel):
            chances, labels = (self.held[name] for name in kernel.operands if name is not None)
            return evaluation(chances, labels)
        question = self.question(kernel)
        if question is None:
            return np.zeros(part.writes.size, np.float32)
        large = array.kind == "weight" and array.bytes[rank] > LITTLE
        into = question.operands[0] if large else None  # an update, of weights in their own place
        values = self.bench.answer(step, place, kernel.array, question, into)
        found: np.ndarray = values.reshape(part.computes.size)[part.computes.place(part.writes)]
        assert found.shape == array.held[rank].size
        return found.astype(np.float32, copy=False)

    def transfer(self, step: int, place: int, name: str, wrote: np.ndarray) -> np.ndarray:
        """What this rank reads of an array that it wrote a part of."""
        array, rank = self.plan.arrays[name], self.comm.rank
        if not transfers(array):
            return np.ascontiguousarray(wrote[array.held[rank].place(array.reads[rank])])
        begun = time.perf_counter()
        got = self.moves.exchange(array, wrote, self.comm, step)
        self.moving += time.perf_counter() - begun
        seen = witness(array, wrote, self.comm)
        now = Evidence(cut_parts(array, rank, seen), seen, got)
        found = compare(got, enclose(array, rank, now.parts), np.float32)
        why: tuple[str, ...] = ()
        if found.verdict != "pass":
            why = causes(array, rank, now, self.before.get(name), self.images(name))
        self.before[name] = now
        self.bench.note(NodeReport(step, place, name, "transfer", rank, found, causes=why))
        return got

    def images(self, name: str) -> tuple[int, ...]:
        """How many images each rank has, of a number that is a sum over them."""
        (kernel,) = (one for one in self.plan.kernels if one.array == name)
        firsts = [part.reads[0] for part in kernel.parts]
        if kernel.layer not in ("cross_entropy", "evaluate") or None in firsts:
            return ()
        return tuple(one.size[0] for one in firsts if one is not None)
