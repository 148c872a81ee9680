"""What a command works on: one of our networks, or a model.onnx with the arrays that it brings."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from clgold.device.variants import load_module
from clgold.golden.weights import load_weights, seeded_weights
from clgold.networks import NETWORKS, Network, Weight, shapes
from clgold.networks.localnet import LOCALNET, SIZES, SMALL, LocalNet, localnet
from clgold.networks.training import HELD, LABELS, LOSS_GRADIENT, Recipe, trained_on
from clgold.reference import SpecError, generator
from clgold.reference.spec import InputError

from ..run.inputs import is_image, seeded


@dataclass(frozen=True)
class Target:
    """A network, and the arrays of its own: none but for a model.onnx.

    local    the locally-connected network, in one of its sizes
    forward  what is trained, where the network is a step of training
    """

    network: Network
    arrays: Mapping[str, np.ndarray] | None = None
    local: LocalNet | None = None
    forward: Network | None = None


def training_target(found: Target, recipe: Recipe) -> Target:
    """The same network's steps of training; InputError where a gradient is missing."""
    if found.arrays is not None or found.local is not None:
        raise InputError("--train is for networks of ours and FILE.py:NAME")
    try:
        return Target(trained_on(found.network, recipe), forward=found.network)
    except SpecError as error:
        raise InputError(f"{found.network.name} --train: {error}") from None


def model_target(path: Path) -> Target:
    """The model in that file; what was assumed of it is said on standard error.

    One input is varied, an image if there is one; the others are given the same seeded values
    every time, and count as weights. ModelError, InputError where the model cannot be run.
    """
    from clgold.networks.onnx import read_model

    model = read_model(path)
    for note in model.notes:
        click.echo(f"{path}: {note}", err=True)
    network = model.network
    if not network.inputs:
        raise InputError(f"model {path}: its outputs depend on no input")
    names = sorted(network.inputs, key=lambda name: not is_image(network.inputs[name]))
    kept, *others = names
    fixed = {name: Weight(network.inputs[name]) for name in others}
    whole = replace(
        network,
        inputs={kept: network.inputs[kept]},
        weights={**network.weights, **fixed},
    )
    return Target(whole, model.weights)


def own_target(name: str) -> Target:
    """The network that FILE.py:NAME names; VariantError, InputError where there is none."""
    file, _, attribute = name.rpartition(":")
    found = getattr(load_module("network", Path(file)), attribute, None)
    if not isinstance(found, Network):
        kind = "nothing" if found is None else f"a {type(found).__name__}"
        raise InputError(f"network {name}: {attribute} is {kind}, expected a clgold Network")
    if not found.kernels or len(found.inputs) != 1:
        raise InputError(f"network {name}: expected one input and at least one kernel")
    shapes(found)
    return Target(found)


def target_weights(target: Target, path: Path | None, seed: int) -> dict[str, np.ndarray]:
    """The weights in the file, else the target's own, else seeded ones."""
    network = target.network
    if target.forward is not None:
        own = target_weights(Target(target.forward), path, seed)
        return own | training_arrays(network, seed)
    if path is not None:
        return load_weights(path, network)
    if target.arrays is None:
        return seeded_weights(network, seed)
    return {
        name: target.arrays[name] if name in target.arrays else seeded(seed, name, weight.shape)
        for name, weight in network.weights.items()
    }


def coming_weights(
    target: Target, path: Path | None, seed: int
) -> Callable[[], dict[str, np.ndarray]]:
    """What gives `target_weights`: numbers of a generator are made while a device starts.

    What a file holds is read and checked at once.
    """
    if path is not None:
        arrays = target_weights(target, path, seed)
        return lambda: arrays
    pool = ThreadPoolExecutor(1)
    made = pool.submit(target_weights, target, None, seed)
    pool.shutdown(wait=False)
    return made.result


def named_network(name: str | None, size: str | None = None) -> Target | None:
    """What a command's NETWORK means: ours, a model.onnx, FILE.py:NAME; None where it is neither.

    size is the locally-connected network's, which has several; InputError with any other.
    """
    if name == LOCALNET:
        net = SIZES[size or SMALL]
        return Target(localnet(net), local=net)
    if size is not None:
        raise InputError(f"--size is for {LOCALNET}, here {name}")
    if name is not None and name.endswith(".onnx"):
        return model_target(Path(name))
    if name is not None and ".py:" in name:
        return own_target(name)
    return next((Target(one) for one in NETWORKS if one.name == name), None)


def training_arrays(network: Network, seed: int) -> dict[str, np.ndarray]:
    """Seeded labels and masks, the loss's own gradient, 1, and gradients' arrays that hold 7 from
    before.
    """
    count, classes = network.weights[LABELS].shape
    chosen = generator.integers(seed, LABELS, (count,), 0, classes - 1)
    held = {
        name: np.full(weight.shape, 7, np.float32)
        for name, weight in network.weights.items()
        if name.endswith(HELD)
    }
    labels = np.eye(classes, dtype=np.float32)[chosen]
    masks = {
        mask: generator.kept(seed, mask, network.weights[mask].shape, node.attributes["p"])
        for node in network.nodes
        for mask in node.operands[1:]
        if node.layer == "dropout" and mask is not None
    }
    return {LABELS: labels, LOSS_GRADIENT: np.ones((), np.float32), **masks, **held}


def find_network(name: str, size: str | None = None) -> Target:
    """What a command's NETWORK argument means; InputError where there is no such network."""
    found = named_network(name, size)
    if found is None:
        known = ", ".join((*(one.name for one in NETWORKS), LOCALNET))
        raise InputError(
            f"there is no network {name!r}, expected a model.onnx, FILE.py:NAME or one of {known}"
        )
    return found
