"""Where an error goes: the network behind it recomputed by the reference, with and without it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clgold.conformance.run.answer import decision
from clgold.conformance.run.network import passed_on
from clgold.conformance.run.walk import same_bits
from clgold.networks import Network
from clgold.reference import find_layer

Array = np.ndarray


@dataclass(frozen=True)
class Reach:
    """A kernel whose output a fault changes: the largest change, as a share of the largest value;
    infinite where a number becomes none.
    """

    kernel: str
    change: float


@dataclass(frozen=True)
class Spread:
    """The later kernels that an error reaches, and what becomes of the answer."""

    reaches: tuple[Reach, ...]
    class_before: int | None
    class_after: int | None
    probability_before: float | None
    probability_after: float | None


def spread(
    network: Network,
    weights: Mapping[str, Array],
    image: Array,
    node: str,
    right: Array,
    got: Array,
) -> Spread:
    """What the rest of the network makes of `got` as the output of a node in place of `right`.

    Every other kernel is the reference's, so that the error of this node alone is seen. What the
    reference makes of the image may stand among the weights: it is not computed again.
    """
    known = {**weights, next(iter(network.inputs)): image}
    usual = recomputed(network, known, {node: right})
    wrong = recomputed(network, usual, {node: got})
    reaches = [
        Reach(kernel.name, passed_on(wrong[kernel.output], usual[kernel.output]).relative)
        for kernel in network.kernels
        if node not in [one.name for one in kernel.nodes]
    ]
    before, likely = decision(network, usual)
    after, likelier = decision(network, wrong)
    reached = tuple(one for one in reaches if one.change > 0)
    return Spread(reached, before, after, likely, likelier)


def recomputed(
    network: Network, known: Mapping[str, Array], given: Mapping[str, Array]
) -> dict[str, Array]:
    """The network's nodes, rounded as they are handed on, those `given` being these values.

    Where `known` has a node already, it is computed again only behind one that changes.
    """
    found: dict[str, Array] = {**known}
    changed: set[str] = set()
    for one in network.nodes:
        layer = find_layer(one.layer)
        if one.name in given:
            found[one.name] = given[one.name].astype(layer.dtype)
        elif one.name not in known or changed & set(one.operands):
            operands = tuple(None if o is None else found[o] for o in one.operands)
            with np.errstate(all="ignore"):
                found[one.name] = layer.forward(*operands, **one.attributes).astype(layer.dtype)
        if one.name not in known or not same_bits(known[one.name], found[one.name]):
            changed.add(one.name)
    return found
