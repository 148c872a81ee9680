"""A step of training on halves of the maps gives what the network in one piece gives."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from clgold.conformance.commands.targets import Target, target_weights, training_target
from clgold.conformance.run.inputs import seeded
from clgold.distributed.arrays import own_weights_of
from clgold.distributed.exchange import exchange
from clgold.distributed.moves import HONEST, Moves
from clgold.distributed.rank_run import Rank
from clgold.distributed.report import Outcome, judge_all
from clgold.networks import ALEXNET, LENET5, Network
from clgold.networks.parts import (
    assemble,
    conv_relu,
    decision,
    linear,
    linear_relu,
    max_pool,
    plain,
)
from clgold.networks.training import Recipe, trained_on
from clgold.ranks import Array, Plan, pattern, plan, transfers, uncovered, whole
from clgold.reference import Enclosure

from .threads import Paper, ThreadComm, run_threads
from .whole import enclosed

# What AlexNet has, small: groups, a normalisation across the middle, a convolution that reads both
# halves, dropout; no size that another one has.
HALVED = replace(
    assemble(
        "halved",
        "a small network in two halves",
        {"data": (1, 3, 13, 12)},
        (
            *conv_relu("1", "data", (8, 3, 3, 2), stride=1),
            max_pool("pool1", "relu1", 3, 2),
            plain("norm1", "local_response_norm", "pool1", size=5, alpha=0.5, beta=0.75, k=2.0),
            *conv_relu("2", "norm1", (6, 4, 3, 3), padding=1, groups=2),
            *conv_relu("3", "relu2", (10, 6, 2, 2)),
            plain("flatten", "flatten", "relu3"),
            *linear_relu(4, "flatten", (14, 160)),
            linear("fc5", "relu4", (5, 14), 4.0),
            *decision("fc5"),
        ),
    ),
    dropout={"relu4": 0.5},
)


def step_of(network: Network) -> tuple[Network, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """One step of training on three images: the nodes, what stands before it, the images."""
    target = training_target(Target(network), Recipe(batch=3))
    ((source, shape),) = target.network.inputs.items()
    return target.network, target_weights(target, None, 0), {source: seeded(0, source, shape)}


def run(
    network: Network,
    ranks: int,
    given: Mapping[str, np.ndarray],
    data: Mapping[str, np.ndarray],
    moves: Moves = HONEST,
) -> tuple[Plan, list[Rank], Outcome]:
    found = plan(network, (1, ranks))

    def work(comm: ThreadComm) -> Rank:
        own = own_weights_of(given, found, comm.rank)
        rank = Rank(found, comm, Paper(), own, moves=moves)
        rank.step(0, data)
        rank.finish(0)
        return rank

    every = run_threads(ranks, work)
    return found, every, judge_all([one for rank in every for one in rank.found])


def behind(found: Plan, one: Rank, forward: set[str], ranks: int) -> dict[str, Enclosure]:
    """The backward half and the updates, from what the forward half is on any number of ranks."""
    known = {
        name: Enclosure(one.held[name].astype(np.float64).reshape(array.shape))
        for name, array in found.arrays.items()
        if name in forward or array.writes is None or array.kind == "data"
    }
    rest = tuple(kernel for kernel in found.kernels if kernel.array not in forward)
    return enclosed(replace(found, kernels=rest), known, ranks)


@pytest.mark.parametrize(("network", "ranks"), [(HALVED, 2), (LENET5, 2), (LENET5, 3)])
def test_a_step_on_halves_is_the_whole_networks(network: Network, ranks: int) -> None:
    """Forward bit by bit, for the kernels are the same; behind sums over ranks within the bound."""
    step, given, data = step_of(network)
    alone, (one,), _ = run(step, 1, given, data)
    found, halves, outcome = run(step, ranks, given, data)
    assert outcome.fault == ()
    forward = {f"{node.name}_buf" for node in step.nodes if not behind_loss(node.name)}
    right = behind(alone, one, forward, ranks)
    for name, array in found.arrays.items():
        bound = right[name].radius.reshape(array.shape)
        for number, rank in enumerate(halves):
            place = whole(array.shape).place(array.reads[number])
            own, other = rank.held[name], one.held[name].reshape(array.shape)[place]
            assert (np.abs(own - other) <= 2 * bound[place]).all(), (name, number)
    assert all(rank.losses == one.losses for rank in halves)
    change = right[f"{next(iter(network.weights))}.update_buf"]
    assert change.radius.max() < 1e-3 * np.abs(change.value).max()


def behind_loss(name: str) -> bool:
    """Whether a node is of the backward half, or of the updates."""
    return any(part in name for part in (".grad", ".set_zero", ".update", ".velocity"))


def test_what_crosses_between_the_halves_and_back() -> None:
    """Each array that crosses forward, and its gradient, which is added up over the ranks."""
    found = plan(trained_on(ALEXNET, Recipe(batch=2)), (1, 2))
    crossing = {name: pattern(array) for name, array in found.arrays.items() if pattern(array)}
    assert crossing == {
        "pool1_buf": "halo exchange",
        "pool2_buf": "halo exchange",
        **dict.fromkeys(("norm2_buf", "pool5_buf", "fc8_buf"), "all-gather"),
        **dict.fromkeys(("relu6.dropout_buf", "relu7.dropout_buf"), "all-gather"),
        **dict.fromkeys(("relu7.dropout.grad_buf", "relu6.dropout.grad_buf"), "reduce-scatter"),
        "flatten.grad_buf": "reduce-scatter",
        "norm2.grad_buf": "redistribution",
        "norm1.grad_buf": "halo exchange",
    }
    halves = [sum(found.memory(rank).values()) for rank in range(2)]
    alone = sum(plan(trained_on(ALEXNET, Recipe(batch=2)), (1, 1)).memory(0).values())
    assert max(halves) <= 1.05 * alone / 2


@pytest.mark.parametrize("ranks", [1, 2, 4, 5])
def test_whatever_is_read_is_written(ranks: int) -> None:
    for array in plan(trained_on(LENET5, Recipe(batch=3)), (1, ranks)).arrays.values():
        assert uncovered(array) == ()


def lost(array: Array, mine: np.ndarray, comm: ThreadComm, step: int) -> np.ndarray:
    """The exchange of one gradient, of which nothing arrives."""
    place = array.held[comm.rank].place(array.reads[comm.rank])
    got = exchange(array, mine, comm)
    return np.ascontiguousarray(mine[place]) if array.name == "flatten.grad_buf" else got


def test_a_gradient_that_is_not_added_up_is_found_at_its_transfer() -> None:
    step, given, data = step_of(HALVED)
    found, _, outcome = run(step, 2, given, data, Moves(exchange=lost))
    assert transfers(found.arrays["flatten.grad_buf"])
    assert {(one.node, one.kind) for one in outcome.fault} == {("flatten.grad_buf", "transfer")}
    assert outcome.cause == "nothing is added: each rank keeps its own part"
