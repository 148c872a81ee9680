"""A model.onnx as the target of a command: its network, the arrays that it brings, its inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from clgold.golden.weights import InputError, load_weights, seeded_weights
from clgold.networks import Network, Weight
from clgold.networks.onnx import read_model
from clgold.reference import generator
from clgold.reference.spec import Shape

SEEDED = 2  # sets of values for an input that is no image


@dataclass(frozen=True)
class Target:
    """A network, and the arrays of its own: none but for a model.onnx."""

    network: Network
    arrays: Mapping[str, np.ndarray] | None = None


def model_target(path: Path) -> Target:
    """The model in that file; what was assumed of it is said on standard error.

    One input is varied, an image if there is one; the others are given the same seeded values
    every time, and count as weights. ModelError, InputError where the model cannot be run.
    """
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


def is_image(shape: Shape) -> bool:
    """Whether a photograph can be given: one image, grey or in three colours."""
    return len(shape) == 4 and shape[0] == 1 and shape[1] in (1, 3)


def target_weights(target: Target, path: Path | None, seed: int) -> dict[str, np.ndarray]:
    """The weights in the file, else the target's own, else seeded ones."""
    network = target.network
    if path is not None:
        return load_weights(path, network)
    if target.arrays is None:
        return seeded_weights(network, seed)
    return {
        name: target.arrays[name] if name in target.arrays else seeded(seed, name, weight.shape)
        for name, weight in network.weights.items()
    }


def seeded(seed: int, name: str, shape: Shape) -> np.ndarray:
    """float32 on a bell curve of width 1."""
    return generator.bell(seed, name, shape).astype(np.float32)


def seeded_inputs(network: Network) -> dict[str, np.ndarray]:
    """Values for an input that is no image, by the name under which they are reported."""
    ((name, shape),) = network.inputs.items()
    return {f"seed {seed}": seeded(seed, name, shape) for seed in range(SEEDED)}
