"""A divided network gives what the whole one gives, whatever the grid."""

import numpy as np
import pytest

from clgold.distributed import rank_run
from clgold.distributed.arrays import constants, own_weights, own_weights_of, step_data
from clgold.distributed.moves import HONEST, Moves
from clgold.distributed.rank_run import Rank
from clgold.distributed.report import judge_all
from clgold.distributed.state import NOT_CLEARED, STALE, TWICE
from clgold.golden.weights import seeded_weights
from clgold.networks import ALEXNET
from clgold.networks.localnet import (
    EVALUATION,
    IMAGES,
    LABELS,
    LOSS,
    LOSS_GRADIENT,
    SIZES,
    SMALL,
    WEIGHTS1,
    localnet,
)
from clgold.ranks import Plan, plan, step_plan, whole
from clgold.reference import Enclosure, Question, generator

from .threads import Paper, ThreadComm, rounded, run_threads
from .whole import enclosed

NET = SIZES[SMALL]
NETWORK = localnet(NET)


def run(
    found: Plan, sick: Paper | None = None, moves: Moves = HONEST, steps: int = 2
) -> list[Rank]:
    """Steps on ranks that are threads, of which rank 2 may have another device, or moves."""

    def work(comm: ThreadComm) -> Rank:
        odd = comm.rank == min(2, comm.size - 1)
        device = sick if sick is not None and odd else Paper()
        held = own_weights(NETWORK, found, comm.rank, 0) | constants(NET)
        rank = Rank(found, comm, device, held, moves=moves if odd else HONEST)
        for number in range(steps):
            rank.step(number, step_data(NET, 0, number))
        rank.finish(steps - 1)
        return rank

    return run_threads(found.ranks, work)


def whole_reference(ranks: int) -> dict[str, Enclosure]:
    """Every array behind a step of the whole network, with all that it may be off."""
    found = step_plan(NET, (1, 1))
    given = {**seeded_weights(NETWORK, 0), **constants(NET), **step_data(NET, 0, 0)}
    known = {name: Enclosure(values.astype(np.float64)) for name, values in given.items()}
    known[WEIGHTS1] = Enclosure(known[WEIGHTS1].value.reshape(found.arrays[WEIGHTS1].shape))
    return enclosed(found, known, ranks)


@pytest.mark.parametrize("grid", [(1, 1), (1, 2), (1, 4), (4, 1), (2, 2), (2, 3), (3, 3)])
def test_all_ranks_together_have_the_whole_networks_answer(grid: tuple[int, int]) -> None:
    """Every array behind a step: activations, gradients, weights."""
    found = step_plan(NET, grid)
    ranks = run(found, steps=1)
    assert judge_all([one for rank in ranks for one in rank.found]).fault == ()
    expected = whole_reference(found.ranks)
    for name, array in found.arrays.items():
        if name in (LOSS_GRADIENT, EVALUATION):
            continue
        right = expected[name]
        for number, rank in enumerate(ranks):
            place = whole(array.shape).place(array.reads[number])
            error = np.abs(rank.held[name] - right.value[place])
            assert (error <= right.radius[place]).all(), (name, number)
    for name in (LOSS, WEIGHTS1, "L1.W.grad"):
        assert expected[name].radius.max() < 1e-2 * np.abs(expected[name].value).max(), name
    counts = ranks[-1].held[EVALUATION].ravel()
    assert counts[0] == NET.batch
    assert counts[1] <= counts[2] <= counts[0]
    assert abs(counts[3] - expected[LOSS].value.max()) <= 1e-2 * counts[3]


def clear_nothing(name: str, old: np.ndarray, zero: np.ndarray) -> np.ndarray:
    return old if name == "L1.W.grad" else zero


def keep_old(name: str, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    return old if name == "L0.a" else new


def update_again(name: str, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    return new - (old - new) if name == "L0.W" else new


@pytest.mark.parametrize(
    ("moves", "node", "cause"),
    [
        (Moves(clear=clear_nothing), "L1.W.grad", NOT_CLEARED),
        (Moves(keep=keep_old), "L0.a", STALE),
        (Moves(keep=update_again), "L0.W", TWICE),
    ],
)
@pytest.mark.parametrize("grid", [(1, 1), (2, 2), (1, 3)])
def test_what_a_rank_keeps_wrongly_is_found_there_and_named(
    moves: Moves, node: str, cause: str, grid: tuple[int, int]
) -> None:
    found = step_plan(NET, grid)
    outcome = judge_all([one for rank in run(found, moves=moves) for one in rank.found])
    assert {(one.node, one.kind) for one in outcome.fault} == {(node, "state")}
    assert {one.rank for one in outcome.fault} == {min(2, found.ranks - 1)}
    assert outcome.cause == cause


def test_large_arrays_are_overwritten_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights, and the sums of their gradients, of which a rank has no room for two."""
    found = step_plan(NET, (2, 2))
    two = run(found)
    monkeypatch.setattr(rank_run, "LITTLE", 0)
    one = run(found)
    assert judge_all([report for rank in one for report in rank.found]).fault == ()
    for mine, other in zip(one, two, strict=True):
        assert all(np.array_equal(mine.held[name], other.held[name]) for name in found.arrays)


def test_what_all_ranks_have_is_compared_bit_by_bit() -> None:
    """A rank that starts with another gain is found by nothing else: all it does is right."""
    found = step_plan(NET, (2, 2))

    def work(comm: ThreadComm) -> Rank:
        held = own_weights(NETWORK, found, comm.rank, 0) | constants(NET)
        held["L1.a"] = held["L1.a"] + np.float32(2.0**-20 * (comm.rank == 3))
        rank = Rank(found, comm, Paper(), held)
        rank.step(0, step_data(NET, 0, 0))
        rank.finish(0)
        return rank

    outcome = judge_all([one for rank in run_threads(4, work) for one in rank.found])
    assert [(one.node, one.kind, one.rank) for one in outcome.fault] == [("L1.a", "state", 3)]


def test_a_rank_has_no_more_than_its_part() -> None:
    found = step_plan(NET, (2, 2))
    for number, rank in enumerate(run(found)):
        sizes = {name: 4 * values.size for name, values in rank.held.items() if values.ndim}
        most = {name: array.bytes[number] for name, array in found.arrays.items()}
        assert all(sizes[name] <= most[name] for name in sizes)


def test_a_part_of_the_seeded_weights_is_cut_from_the_whole() -> None:
    found, every = step_plan(NET, (2, 3)), seeded_weights(NETWORK, 5)
    for rank in range(found.ranks):
        for name, part in own_weights(NETWORK, found, rank, 5).items():
            array = found.arrays[name]
            place = whole(array.shape).place(array.reads[rank])
            assert np.array_equal(part, every[name].reshape(array.shape)[place])


def test_two_steps_have_other_images_and_labels() -> None:
    one, two = step_data(NET, 0, 0), step_data(NET, 0, 1)
    assert not np.array_equal(one[IMAGES], two[IMAGES])
    assert not np.array_equal(one[LABELS], two[LABELS])
    assert set(one[LABELS].ravel()) <= set(range(NET.classes))


@pytest.mark.parametrize("layer", ["local2d", "linear", "softmax", "sgd"])
def test_a_wrong_kernel_on_one_rank_is_found_on_that_rank(layer: str) -> None:
    """What is wrong behind it follows from nothing: each kernel is judged on what its rank had."""

    def answer(question: Question) -> np.ndarray:
        right = rounded(question)
        return right * np.float32(1.001) if question.chain.name == layer else right

    ranks = run(step_plan(NET, (2, 2)), Paper(answer))
    found = judge_all([one for rank in ranks for one in rank.found])
    assert {one.rank for one in found.fault} == {2}
    assert {(one.kind, one.layer, one.step) for one in found.fault} == {
        ("kernel", layer, 0),
        ("kernel", layer, 1),
    }
    assert found.fault[0].says
    again = {"local2d": {"L1.filter.output"}, "sgd": {"L1.a"}}
    assert found.fault[0].node not in found.consequences
    assert again.get(layer, set()) <= set(found.consequences)


@pytest.mark.slow
def test_alexnet_on_two_devices_has_the_bits_of_alexnet_on_one() -> None:
    """Where the kernels are the same, which here is the reference rounded to float32."""
    weights = seeded_weights(ALEXNET, 0)
    image = generator.bell32(0, "data", ALEXNET.inputs["data"], 1.0)

    def answers(ranks: int) -> tuple[Plan, list[Rank]]:
        found = plan(ALEXNET, (1, ranks))

        def work(comm: ThreadComm) -> Rank:
            rank = Rank(found, comm, Paper(), own_weights_of(weights, found, comm.rank))
            rank.step(0, {"data": image})
            return rank

        return found, run_threads(ranks, work)

    (_, (whole_one,)), (found, halves) = answers(1), answers(2)
    for name, array in found.arrays.items():
        for number, rank in enumerate(halves):
            place = whole(array.shape).place(array.reads[number])
            assert np.array_equal(rank.held[name], whole_one.held[name][place]), name
    assert judge_all([one for rank in halves for one in rank.found]).fault == ()
