"""Every way in which a transfer goes wrong, planted in every kind of transfer: found and named."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from clgold.distributed.comm import Comm
from clgold.distributed.exchange import Arrived, assemble
from clgold.distributed.moves import Moves
from clgold.distributed.rank_run import Rank
from clgold.distributed.report import Outcome, judge_all
from clgold.networks.localnet import LOSS, SIZES, SMALL
from clgold.ranks import Array, Plan, Rect, split, step_plan
from clgold.reference import generator

from .threads import Paper, ThreadComm, run_threads

KINDS = {
    "halo exchange": "L0.filterNL.output",
    "reduce-scatter": "classifier.linear1.output",
    "all-gather": "classifier.linear1.output.grad",
    "halo addition": "L0.filterNL.output.grad",
    "all-reduce": "L1.a.grad",
}
GRIDS = ((2, 2), (1, 4), (4, 1), (2, 3))
STEPS = 2


@dataclass
class Message:
    """What a rank makes of the others' arrays: the parts and their places, before they are put
    together; `written` holds each source's whole array, `held` its Rect.
    """

    array: Array
    rank: int
    step: int
    written: dict[int, np.ndarray]
    values: dict[int, np.ndarray] = field(default_factory=dict)
    rects: dict[int, Rect] = field(default_factory=dict)

    def cut(self, source: int, rect: Rect) -> np.ndarray | None:
        """A Rect of what a source wrote; None where it has not all of it."""
        held = self.array.held[source]
        return None if (held & rect) != rect else self.written[source][held.place(rect)]


Fault = Callable[[Message, dict[tuple[str, int], "Message"]], np.ndarray | None]


def others(message: Message) -> list[int]:
    return [source for source in message.values if source != message.rank]


def put(message: Message) -> np.ndarray:
    return assemble(message.array, message.rank, Arrived(message.values, message.rects))


def lost(one: Message, before: object) -> np.ndarray:
    one.values.pop(1)
    return put(one)


def late(one: Message, before: dict[tuple[str, int], Message]) -> np.ndarray:
    old = before.get((one.array.name, one.rank))
    if old is None:
        return lost(one, before)
    one.values[1] = old.written[1][one.array.held[1].place(one.rects[1])]
    return put(one)


def all_late(one: Message, before: dict[tuple[str, int], Message]) -> np.ndarray:
    old = before.get((one.array.name, one.rank))
    for source in others(one):
        if old is None:
            one.values.pop(source)
        else:
            one.values[source] = old.written[source][
                one.array.held[source].place(one.rects[source])
            ]
    return put(one)


def twice(one: Message, before: object) -> np.ndarray | None:
    if not one.array.partial:
        return None
    found = put(one)
    found[one.array.reads[one.rank].place(one.rects[1])] += one.values[1]
    return found


def over(one: Message, before: object) -> np.ndarray | None:
    if not one.array.partial:
        return None
    found = put(one)
    found[one.array.reads[one.rank].place(one.rects[1])] = one.values[1]
    return found


def overwritten(one: Message, before: object) -> np.ndarray | None:
    if not one.array.partial:
        return None
    needed = one.array.reads[one.rank]
    found = np.zeros(needed.size, np.float32)
    for source in sorted(one.values):
        found[needed.place(one.rects[source])] = one.values[source]
    return found


def averaged(one: Message, before: object) -> np.ndarray | None:
    return put(one) / np.float32(len(one.values)) if one.array.partial else None


def own_only(one: Message, before: object) -> np.ndarray | None:
    if not one.array.partial or one.rank not in one.values:
        return None
    one.values = {one.rank: one.values[one.rank]}
    return put(one)


def moved(rect: Rect, axis: int, by: int) -> Rect:
    number = axis % len(rect.size)
    return rect.with_axis(number, rect.origin[number] + by, rect.size[number])


def cut_off(axis: int, by: int) -> Fault:
    """A part is cut a row or a column off."""

    def fault(one: Message, before: object) -> np.ndarray | None:
        if len(one.array.shape) < 2:
            return None
        found = one.cut(1, moved(one.rects[1], axis, by))
        if found is None:
            return None
        one.values[1] = found
        return put(one)

    return fault


def wrong_origin(one: Message, before: object) -> np.ndarray | None:
    """A part is cut where the source's own array begins."""
    found = one.cut(1, Rect(one.array.held[1].origin, one.rects[1].size))
    if found is None:
        return None
    one.values[1] = found
    return put(one)


def put_at_origin(one: Message, before: object) -> np.ndarray:
    one.rects[1] = Rect(one.array.reads[one.rank].origin, one.rects[1].size)
    return put(one)


def of_another(one: Message, before: object) -> np.ndarray | None:
    """The part that is meant for another rank."""
    for target in reversed(range(len(one.array.reads))):
        meant = one.array.held[1] & one.array.reads[target]
        if target != one.rank and meant.size == one.rects[1].size and meant != one.rects[1]:
            one.values[1] = one.written[1][one.array.held[1].place(meant)]
            return put(one)
    return None


def exchanged(one: Message, before: object) -> np.ndarray | None:
    pairs = [k for k in others(one) if k != 1 and one.values[k].shape == one.values[1].shape]
    if not pairs:
        return None
    other = pairs[0]
    one.values[1], one.values[other] = one.values[other], one.values[1]
    return put(one)


EVERYWHERE = {"all late", "overwritten", "averaged", "own only"}  # on rank 1 too, and without it
FAULTS: dict[str, tuple[Fault, str]] = {
    "lost": (lost, "the part of rank 1 is lost"),
    "late": (late, "the part of rank 1 is late: it is that of the step before"),
    "all late": (all_late, "what other ranks sent is late"),
    "twice": (twice, "the part of rank 1 is added twice"),
    "over": (over, "the part of rank 1 replaces the others' in place of being added"),
    "overwritten": (overwritten, "parts replace one another in place of being added"),
    "averaged": (averaged, "averaged over the ranks in place of added"),
    "own only": (own_only, "nothing is added: each rank keeps its own part"),
    "wrong origin": (wrong_origin, "the part of rank 1 is cut at the origin of what was written"),
    "put at origin": (put_at_origin, "the part of rank 1 is put at the origin"),
    "of another": (of_another, "the part of rank 1 is that for rank"),
    "exchanged": (exchanged, "are exchanged"),
    **{
        f"{word} {by:+}": (cut_off(axis, by), f"the part of rank 1 is cut one {word} off")
        for axis, word in ((-2, "row"), (-1, "column"))
        for by in (-1, 1)
    },
}


@dataclass(eq=False)
class Wrong:
    """The exchange with a fault, wherever that makes a difference."""

    fault: Fault
    everywhere: bool
    before: dict[tuple[str, int], Message] = field(default_factory=dict)

    def __call__(self, array: Array, mine: np.ndarray, comm: Comm, step: int) -> np.ndarray:
        ranks = [rank for rank in range(comm.size) if rank != comm.rank]
        shapes = {rank: array.held[rank].size for rank in ranks}
        all_of = comm.exchange("all", dict.fromkeys(ranks, mine), shapes)
        message = Message(array, comm.rank, step, {**all_of, comm.rank: mine})
        for source, held in enumerate(array.held):
            rect = held & array.reads[comm.rank]
            if rect.count:
                message.rects[source] = rect
                message.values[source] = message.written[source][held.place(rect)]
        whole_message = Message(array, comm.rank, step, message.written)
        right = put(message)
        found = None
        if self.everywhere or (1 in message.values and comm.rank != 1):
            found = self.fault(message, self.before)
        self.before[array.name, comm.rank] = whole_message
        return right if found is None else found


def run(plan: Plan, name: str, fault: Fault, everywhere: bool = False) -> Outcome:
    """Two steps of one transfer between threads, of what each rank is given."""
    array, wrong = plan.arrays[name], Wrong(fault, everywhere)

    def work(comm: ThreadComm) -> Rank:
        rank = Rank(plan, comm, Paper(), moves=Moves(exchange=wrong))
        for step in range(STEPS):
            stream = f"{name} {comm.rank} {step}"
            rank.transfer(step, 0, name, generator.bell32(0, stream, array.held[comm.rank].size, 1))
        return rank

    return judge_all([one for rank in run_threads(plan.ranks, work) for one in rank.found])


def planted() -> Iterator[tuple[str, str, str, Outcome]]:
    for grid in GRIDS:
        plan = step_plan(SIZES[SMALL], grid)
        for kind, name in KINDS.items():
            for fault, (function, says) in FAULTS.items():
                yield (
                    f"{fault} in {kind} on {grid}",
                    fault,
                    says,
                    run(plan, name, function, fault in EVERYWHERE),
                )


def test_an_honest_transfer_passes_in_every_kind() -> None:
    for grid in (*GRIDS, (1, 1), (1, 2), (3, 3)):
        plan = step_plan(SIZES[SMALL], grid)
        for name in KINDS.values():
            assert run(plan, name, lambda message, before: None).fault == ()


def test_what_is_planted_is_found_and_named() -> None:
    """Where a fault changes what is read at all; at least 95 in 100 bear the right name first."""
    found, wrong, kinds = 0, [], Counter[str]()
    for case, fault, says, outcome in planted():
        if outcome.verdict == "pass":
            continue  # there is no such part here, or it is the same
        found += 1
        kinds[fault] += 1
        assert outcome.fault[0].kind == "transfer"
        assert fault in EVERYWHERE or 1 not in {one.rank for one in outcome.fault}
        if says not in outcome.cause:
            wrong.append(f"{case}: {outcome.cause or 'none'}, expected {says}")
    print(f"{found} planted, {found - len(wrong)} named right first", *wrong, sep="\n")
    assert set(kinds) == set(FAULTS)
    assert len(wrong) <= 0.05 * found, "\n".join(wrong)


@pytest.mark.parametrize("grid", [(2, 2), (1, 5)])
def test_a_mean_of_means_is_named(grid: tuple[int, int]) -> None:
    """Of the loss, where each rank divides by its own number of images: 3, or 3 and 2."""
    plan = step_plan(SIZES[SMALL], grid)
    counts = [split(SIZES[SMALL].batch, plan.ranks, rank)[1] for rank in range(plan.ranks)]

    def means(one: Message, before: object) -> np.ndarray:
        shares = (one.values[source] / np.float32(counts[source]) for source in one.values)
        return np.asarray(sum(shares) / np.float32(plan.ranks), np.float32)

    outcome = run(plan, LOSS, means, everywhere=True)
    assert (outcome.fault[0].node, outcome.fault[0].kind) == (LOSS, "transfer")
    assert outcome.cause.startswith("the mean of the ranks' means")
