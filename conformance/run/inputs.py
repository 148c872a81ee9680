"""What goes into a network: photographs where it takes an image, else seeded values."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clgold.golden.distrust import parse_npy
from clgold.golden.own_data import as_float32, content
from clgold.golden.photographs import load_image, photographs_for
from clgold.networks import Network, Picture
from clgold.reference import generator
from clgold.reference.spec import InputError, Shape

SEEDED = 2  # sets of values for an input that is no image, nor a batch of several


def network_images(network: Network, paths: Sequence[Path]) -> dict[str, np.ndarray]:
    """The images, or the photographs that come with clgold, in the shape of the network's input.

    Where that is not an image's, seeded values; InputError for images then.
    """
    shape = next(iter(network.inputs.values()))
    if is_image(shape):
        return load_images(paths or photographs_for(network), shape, network.picture)
    if paths:
        raise InputError(f"--image: the input of {network.name} has shape {shape}, no image's")
    return seeded_inputs(network)


def network_inputs(
    network: Network, images: Sequence[Path], given: Sequence[str]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Every set of values for the input by its name, and arrays of other inputs by theirs."""
    pictures, others = own_inputs(network, given)
    if images or not pictures:
        pictures = {**network_images(network, images), **pictures}
    return pictures, others


def own_inputs(
    network: Network, given: Sequence[str]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """What FILE.npy and NAME=FILE.npy say: sets of values for the input, and arrays by name.

    The first by the file's name, the second of other inputs, which count among the weights.
    InputError for what is no such array.
    """
    (source, shape), *_ = network.inputs.items()
    pictures: dict[str, np.ndarray] = {}
    others: dict[str, np.ndarray] = {}
    for text in given:
        name, sign, file = text.rpartition("=")
        name = name if sign else source
        known = shape if name == source else getattr(network.weights.get(name), "shape", None)
        if known is None:
            raise InputError(f"--input {text}: {network.name} has no input {name!r}")
        path = Path(file)
        where = f"input {path}"
        values = as_float32(where, parse_npy(where, content(path)).values(where))
        if values.shape != known:
            raise InputError(f"input {path}: has shape {values.shape}, {name} has {known}")
        (pictures if name == source else others)[path.name if name == source else name] = values
    return pictures, others


def load_images(paths: Sequence[Path], shape: Shape, picture: Picture) -> dict[str, np.ndarray]:
    """The images by name, or by the path given where two files have the same name."""
    names = [path.name for path in paths]
    return {
        path.name if names.count(path.name) == 1 else str(path): load_image(path, shape, picture)
        for path in paths
    }


def is_image(shape: Shape) -> bool:
    """Whether a photograph can be given: one image, grey or in three colours."""
    return len(shape) == 4 and shape[0] == 1 and shape[1] in (1, 3)


def seeded_inputs(network: Network) -> dict[str, np.ndarray]:
    """Values for an input that is no image, by the name under which they are reported."""
    ((name, shape),) = network.inputs.items()
    sets = 1 if len(shape) == 4 and shape[0] > 1 else SEEDED
    return {f"seed {seed}": seeded(seed, name, shape) for seed in range(sets)}


def seeded(seed: int, name: str, shape: Shape) -> np.ndarray:
    """float32 on a bell curve of width 1."""
    return generator.bell(seed, name, shape).astype(np.float32)
