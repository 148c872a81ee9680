"""A rank's work: every kernel on its device, every transfer, each judged where it happens.

A kernel is judged on the inputs that the rank had, against the reference of its part; a transfer
against what was written, which comes by a second path. So no rank needs a whole array, and a fault
is where something fails first.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from clgold.conformance.judge.compare import Comparison, compare
from clgold.conformance.run import evidence
from clgold.device.catalogue import choose
from clgold.device.gates import bears
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.diagnosis.explain.diagnose import diagnose
from clgold.diagnosis.explain.text import few_lines
from clgold.ranks import Array, Placed, Plan, transfers, whole
from clgold.reference import Question, ask, find_chain

from .causes import Evidence, causes
from .comm import Comm
from .exchange import cut_parts, exchange, witness
from .expected import enclose
from .kernels import Ran, on_exact_numbers, run_kernel
from .questions import Arrays, evaluation, idle, rank_question
from .report import NodeReport
from .state import (
    FIRST_SUM,
    LITTLE,
    Clear,
    Keep,
    Left,
    checksum,
    cleared,
    judge_sum,
    judge_weights,
    kept,
    leave,
)

Exchange = Callable[[Array, np.ndarray, Comm, int], np.ndarray]
# A kernel's places in a step: itself, what clears a sum, its start, what adds to it, transfer.
PLACES = 5
PASSED = Comparison("pass")
LAST = 10**6  # the place of what is judged behind all kernels


def honest_exchange(array: Array, mine: np.ndarray, comm: Comm, step: int) -> np.ndarray:
    """The exchange under test."""
    return exchange(array, mine, comm)


@dataclass(frozen=True)
class Moves:
    """What happens to arrays between kernels; tests put faults in its place."""

    exchange: Exchange = honest_exchange
    clear: Clear = cleared
    keep: Keep = kept


HONEST = Moves()


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
    kernels seconds that its device worked, each kernel once
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
    found: list[NodeReport] = field(default_factory=list)
    kernels: float = 0.0
    moving: float = 0.0

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
        self.losses += self.step_losses()

    def step_losses(self) -> list[float]:
        """Each loss times its own gradient, which makes a mean of what is a sum over images."""
        operands = {one.array: one.operands for one in self.plan.kernels}
        again = [one.operands for one in self.plan.kernels if one.layer == "cross_entropy_grad"]
        found = [one.array for one in self.plan.kernels if one.layer == "cross_entropy"]
        factors = (
            next(first for first, *rest in again if rest == list(operands[name])) for name in found
        )
        return [
            self.held[name].item() * self.held[factor or ""].item()
            for name, factor in zip(found, factors, strict=True)
        ]

    def one(self, step: int, place: int, kernel: Placed) -> None:
        """A kernel, and what becomes of the array that it leaves."""
        name = kernel.array
        wrote = self.compute(step, place, kernel)
        array = self.plan.arrays[name]
        if array.kind == "weight":
            old = self.held[name]
            self.left[name] = leave(old, wrote)
            self.held[name] = self.moves.keep(name, old, wrote)
            return
        subject = self.plan.arrays.get(name.removesuffix(".grad"))
        if subject is not None and subject.kind == "weight":
            wrote = self.add_up(step, place, name, wrote)
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
                self.note(NodeReport(step, LAST + 1, name, "state", self.comm.rank, found))

    def check_weights(self, step: int, place: int) -> None:
        """The weights are still what the updates left."""
        for name, left in self.left.items():
            found, why = judge_weights(self.held[name], left)
            rank = self.comm.rank
            self.note(NodeReport(step, place, name, "state", rank, found, causes=why))

    def add_up(self, step: int, place: int, name: str, delta: np.ndarray) -> np.ndarray:
        """A gradient's array is cleared, and what a kernel computed is added to it."""
        old = self.sums.pop(name, None)
        if old is None:
            old = np.full(delta.shape, FIRST_SUM, np.float32)
        over = old if old.nbytes > LITTLE else None  # a rank has no room for two
        zero = self.run(step, place + 1, name, ask(find_chain("set_zero"), (old,), {}), into=over)
        start = self.moves.clear(name, old, zero)
        del old, zero
        found, why = judge_sum(start)
        rank = self.comm.rank
        self.note(NodeReport(step, place + 2, name, "state", rank, found, causes=why))
        question = ask(find_chain("accumulate"), (start, delta), {})
        self.sums[name] = self.run(step, place + 3, name, question, into=start)
        return self.sums[name]

    def compute(self, step: int, place: int, kernel: Placed) -> np.ndarray:
        """What this rank writes of the kernel's array; 0 of sums that it has no part in."""
        rank = self.comm.rank
        part, array = kernel.parts[rank], self.plan.arrays[kernel.array]
        if idle(part, self.plan, kernel):
            return np.zeros(part.writes.size, np.float32)
        if kernel.layer == "evaluate":
            chances, labels = (self.held[name] for name in kernel.operands if name is not None)
            return evaluation(chances, labels)
        question = rank_question(self.plan, self.held, rank, kernel, part)
        large = array.kind == "weight" and array.bytes[rank] > LITTLE
        into = question.operands[0] if large else None  # an update, of weights in their own place
        values = self.run(step, place, kernel.array, question, into)
        found: np.ndarray = values.reshape(part.computes.size)[part.computes.place(part.writes)]
        assert found.shape == array.held[rank].size
        return found.astype(np.float32, copy=False)

    def run(
        self,
        step: int,
        place: int,
        node: str,
        question: Question,
        into: np.ndarray | None = None,
    ) -> np.ndarray:
        """The question's answer by the device, judged; the reference's, where it gives none."""
        layer = question.chain.name
        able = partial(bears, self.device.driver)
        variant = choose(self.first, layer, question.shapes, question.flat, able)
        if variant is None:
            raise LookupError(f"{node}: no variant computes {layer}")
        rank = self.comm.rank
        report = NodeReport(step, place, node, "kernel", rank, PASSED, layer, variant.name)
        ran = run_kernel(
            *(self.device, variant, question, self.whole, into), lambda: self.told(step, node)
        )
        self.kernels += ran.seconds
        self.judged(report, ran, f"what rank {rank} had")
        exact = None if self.whole or step else on_exact_numbers(question)
        if exact is not None:
            self.judged(report, run_kernel(self.device, variant, exact, False), "exact numbers")
        return ran.values

    def judged(self, report: NodeReport, ran: Ran, shows: str) -> None:
        """Of the first kernel that fails on this rank also which elements are wrong, and why."""
        says: tuple[str, ...] = ()
        if ran.comparison.verdict != "pass" and not any(one.failed for one in self.found):
            says = tuple(few_lines(diagnose(evidence.Evidence(ran.checked, shows))))
        self.note(replace(report, comparison=ran.comparison, says=says))

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
        self.note(NodeReport(step, place, name, "transfer", rank, found, causes=why))
        return got

    def images(self, name: str) -> tuple[int, ...]:
        """How many images each rank has, of a number that is a sum over them."""
        (kernel,) = (one for one in self.plan.kernels if one.array == name)
        firsts = [part.reads[0] for part in kernel.parts]
        if kernel.layer not in ("cross_entropy", "evaluate") or None in firsts:
            return ()
        return tuple(one.size[0] for one in firsts if one is not None)

    def note(self, report: NodeReport) -> None:
        self.found.append(report)
