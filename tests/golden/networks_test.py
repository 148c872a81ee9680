"""Every node of every network is fixed on its photographs, and its weights are fit to be seen."""

from collections.abc import Mapping

import numpy as np
import pytest

from clgold.golden.fixtures import TRACED, WEIGHTS_SEED, traced
from clgold.golden.manifest import Fixture
from clgold.golden.photographs import photographs_for
from clgold.golden.store import FOLDER, Store, read
from clgold.networks import NETWORKS, Network

# Networks of which a trace takes a part of a second.
QUICK = [network for network in TRACED if network.name in ("stn", "lenet5", "cifar10", "alexnet")]


@pytest.fixture(scope="module")
def store() -> Store:
    return read(FOLDER)


def of_network(store: Store, network: Network) -> Mapping[str, Fixture]:
    """The fixtures of a network, by name."""
    found = store.manifest.fixtures.items()
    return {name: one for name, one in found if one.case.split()[0] == network.name}


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_every_node_is_fixed_on_every_photograph_of_the_network(
    store: Store, network: Network
) -> None:
    expected = [
        f"{network.name}-{path.stem}-{node.name}"
        for path in photographs_for(network)
        for node in network.nodes
    ]
    assert list(of_network(store, network)) == expected


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_a_node_reads_what_the_nodes_before_it_are_fixed_to_give(
    store: Store, network: Network
) -> None:
    fixtures = of_network(store, network)
    digests = {}
    for path in photographs_for(network):
        for node in network.nodes:
            one = fixtures[f"{network.name}-{path.stem}-{node.name}"]
            digests[path.stem, node.name] = one.output.sha256
            operands = [o for o in node.operands if o is not None]
            for operand, given in zip(operands, one.inputs.values(), strict=True):
                assert digests.setdefault((path.stem, operand), given.sha256) == given.sha256


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_a_class_stands_out_and_hides_nothing(store: Store, network: Network) -> None:
    for path in photographs_for(network):
        chances = store.outputs.get(f"{network.name}-{path.stem}-{network.probability}")
        assert chances is not None
        assert 0.02 < chances.max() < 0.98
        assert chances.max() > 2 / chances.size
        answer = store.outputs[f"{network.name}-{path.stem}-{network.answer}"]
        assert answer.tolist() == [int(chances.argmax())]


@pytest.mark.parametrize("network", QUICK, ids=lambda network: network.name)
def test_activations_neither_die_nor_explode(network: Network) -> None:
    ends = (network.answer, network.probability)
    for path in photographs_for(network):
        arrays = traced(network.name, path.name, WEIGHTS_SEED)
        nodes = [node for node in network.nodes if node.name not in ends]
        spread = {node.name: float(arrays[node.name].std()) for node in nodes}
        assert {name: std for name, std in spread.items() if not 0.05 < std < 5} == {}
        active = {n.name: np.mean(arrays[n.name] > 0) for n in nodes if n.layer == "relu"}
        assert {name: share for name, share in active.items() if not 0.3 < share < 0.7} == {}
