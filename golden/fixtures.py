"""What the fixtures are: every fixed case of a layer or chain, every node of a network's trace.

A golden output is the correctly rounded float32 of its float32 inputs. In a chain, and in a
network from node to node, each layer works on the rounded output of the one before it: every step
is fixed to the bit, and does not depend on which of them a kernel fuses.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from clgold.networks import NETWORKS, Network, Node
from clgold.reference import LAYERS, Chain, Question, ask, correctly_rounded, find_chain, find_layer

from .cases import Case, fixed_cases
from .photographs import FOLDER, load_image, photographs_for
from .reasons import why
from .shapes import SHAPES
from .weights import Arrays, seeded_weights

Array = np.ndarray
Operands = tuple[Array | None, ...]

TRACED: tuple[Network, ...] = NETWORKS
WEIGHTS_SEED = 0


@dataclass(frozen=True)
class NodeCase:
    """A node of a network's trace for one photograph, with seeded weights. str() is one line."""

    network: str
    photograph: str
    seed: int
    node: Node

    @property
    def layer(self) -> str:
        return self.node.layer

    @property
    def attributes(self) -> Mapping[str, Any]:
        return self.node.attributes

    @property
    def chain(self) -> Chain:
        return find_chain(self.layer)

    @property
    def names(self) -> tuple[str, ...]:
        return find_layer(self.layer).names(len(self.node.operands))

    @property
    def operands(self) -> Operands:
        arrays = traced(self.network, self.photograph, self.seed)
        return tuple(None if o is None else arrays[o] for o in self.node.operands)

    @property
    def question(self) -> Question:
        """What the node asks, resolved."""
        return ask(self.chain, self.operands, self.attributes)

    def __str__(self) -> str:
        node = self.node
        place = f"{self.network} {self.photograph} {self.seed} {node.name}"
        return f"{place} {node.layer} {node.operands!r} {dict(node.attributes)!r}"


Source = Case | NodeCase


@dataclass(frozen=True)
class Spec:
    """A fixture before it is computed: its name, why it exists, what it is made from."""

    identity: str
    why: str
    source: Source


def golden_output(source: Source) -> Array:
    """The fixture's output: correctly rounded after every layer."""
    if isinstance(source, NodeCase):
        return traced(source.network, source.photograph, source.seed)[source.node.name]
    question = source.question
    rounded = question.fold(
        lambda step, given: correctly_rounded(step.layer, *given, **step.attributes)
    )
    return rounded[question.last]


@lru_cache(maxsize=1)
def traced(network: str, photograph: str, seed: int) -> Arrays:
    """Every array of the network by name: the image, the weights, every node's golden output."""
    found = traced_network(network)
    source, shape = next(iter(found.inputs.items()))
    arrays = weights(network, seed) | {source: load_image(FOLDER / photograph, shape)}
    for node in found.nodes:
        operands = (None if o is None else arrays[o] for o in node.operands)
        arrays[node.name] = correctly_rounded(node.layer, *operands, **node.attributes)
    return arrays


@lru_cache(maxsize=1)
def weights(network: str, seed: int) -> Arrays:
    """The seeded weights by name."""
    return seeded_weights(traced_network(network), seed)


def traced_network(name: str) -> Network:
    return next(one for one in TRACED if one.name == name)


def every_case() -> list[Case]:
    """The fixed cases of every layer, then of every chain."""
    layers = [layer.name for layer in LAYERS]
    chains = [name for name in SHAPES if name not in layers]
    return [case for layer in layers + chains for case in fixed_cases(layer)]


def digits(case: Case) -> str:
    """What tells a case from others of its layer, probe and seed; names of fixtures stay."""
    what = f"{case.layer} {case.probe} {case.seed} {case.shapes!r} {dict(case.attributes)!r}"
    return hashlib.sha256(what.encode()).hexdigest()[:8]


def spec_of(case: Case) -> Spec:
    """The case as a fixture, or as what others are given like one."""
    name = f"{case.layer}-{case.probe}-{case.seed}-{digits(case)}"
    return Spec(name, why(case.probe, case.shapes, case.attributes), case)


def specs() -> Iterator[Spec]:
    """Every fixture there is to be, in the manifest's order."""
    yield from map(spec_of, every_case())
    for network in TRACED:
        for path in photographs_for(network):
            for node in network.nodes:
                source = NodeCase(network.name, path.name, WEIGHTS_SEED, node)
                name = f"{network.name}-{path.stem}-{node.name}"
                yield Spec(name, f"{network.title} on {path.stem}", source)
