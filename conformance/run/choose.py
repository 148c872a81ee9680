"""What is run of a network on a device: its kernels in one view, each with a variant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.device.catalogue import VARIANTS, Bears, candidates, layout_of
from clgold.device.layouts import PLAIN
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.networks import Kernel, Network, view
from clgold.networks.fusing import fuse
from clgold.networks.network import shapes
from clgold.reference.spec import InputError

from ..judge.compare import Tolerance
from .choice import Choice


@dataclass(frozen=True)
class Plan:
    """What is run: a network's kernels in one view, each with its variant."""

    network: Network
    kernels: tuple[Kernel, ...]
    variants: Mapping[str, Variant]
    tolerance: Tolerance | None = None


class NoVariant(ValueError):
    """A kernel of the network that no variant computes."""


def plan_run(
    network: Network,
    fused: bool,
    first: Sequence[Variant],
    tolerance: Tolerance | None = None,
    bears: Bears = lambda _: False,
    fastest: bool = False,
) -> Plan:
    """Choose a variant for every kernel of the view, of `first` or ours; NoVariant if none is.

    Kernels in a row for whose chain a user's variant is made are one kernel; in the fused view also
    those for whose chain there is a fast one of ours, where none of `first` computes a part of it.
    One that adds to its output has no place: there an array's sum is a node of its own. `bears` and
    `fastest` are Choice's.
    """
    known, stands = shapes(network), dict[str, str]()  # layouts of results
    choice = Choice(known, [one for one in first if not one.accumulate], bears, fastest)
    theirs = [one for one in choice.first if "+" in one.layer and one not in VARIANTS]
    kernels = fuse(
        network,
        view(network, fused),
        [one.layer for one in theirs],
        lambda kernel: choice.of(theirs, kernel) in theirs,
    )
    if fused:
        chains = [one.layer for one in VARIANTS if "+" in one.layer and one.much]
        kernels = fuse(network, kernels, chains, choice.worth_it)
    chosen: dict[str, Variant] = {}
    for kernel in kernels:
        place = kernel.operands[0] or ""
        variant = choice.of(choice.first, kernel, stands.get(place, PLAIN))
        if variant is None:
            raise NoVariant(f"{network.name}: no variant computes {kernel.layer} ({kernel.name})")
        chosen[kernel.name] = variant
        stands[kernel.output] = layout_of(variant, "output")
    return Plan(network, kernels, chosen, tolerance)


def upload_weights(
    session: Device, network: Network, weights: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """The weights on the device, by name."""
    return {name: session.upload(name, weights[name]) for name in network.weights}


def pick(every: Sequence[Variant], chosen: Sequence[str]) -> tuple[Variant, ...]:
    """The variants that --variant names; InputError where there is none of that name."""
    first = []
    for choice in chosen:
        layer, _, name = choice.partition("=")
        matching = [one for one in candidates(every, layer) if one.name == name]
        if not matching:
            known = ", ".join(one.name for one in candidates(every, layer)) or "none"
            raise InputError(f"--variant {choice}: {layer} has no variant {name!r}, it has {known}")
        first.append(matching[0])
    return tuple(first)


def preferred(theirs: tuple[Variant, ...], chosen: Sequence[str]) -> tuple[Variant, ...]:
    """What goes before our own choice: --variant, then the user's files."""
    return (*pick(theirs + VARIANTS, chosen), *theirs)


def plan_network(
    network: Network,
    fused: bool,
    theirs: tuple[Variant, ...],
    chosen: Sequence[str],
    fixed: Tolerance | None,
    bears: Bears,
    fastest: bool = False,
) -> Plan:
    """The network's kernels with their variants, the preferred ones first.

    InputError if the user's files declare variants of which none would run.
    """
    plan = plan_run(network, fused, preferred(theirs, chosen), fixed, bears, fastest)
    if theirs and not any(one in theirs for one in plan.variants.values()):
        used = ", ".join(sorted({kernel.layer for kernel in view(network, fused)}))
        given = ", ".join(f"{one.layer} {one.name!r}" for one in theirs)
        way = "--primitive" if fused else "--fused"
        raise InputError(
            f"kernels {theirs[0].source.name}: no kernel of this view of {network.name} runs "
            f"{given}; it has {used} (try {way})"
        )
    return plan
