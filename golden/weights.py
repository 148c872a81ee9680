"""A network's weights: seeded by our own generator, or read from the user's file."""

import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from clgold.networks import Network
from clgold.networks.network import Weight, role
from clgold.reference import generator

from .state_dict import file_names

Arrays = dict[str, np.ndarray]

# What a damaged, encrypted or foreign archive makes the readers raise.
UNREADABLE = (
    *(ValueError, OSError, EOFError, KeyError, MemoryError, TypeError, AttributeError),
    *(RuntimeError, zipfile.BadZipFile, zlib.error, SafetensorError),
)


class InputError(ValueError):
    """A file or value of the user's that cannot be used, as a sentence."""


def seeded_weights(network: Network, seed: int) -> Arrays:
    """float32 weights that neither kill nor blow up the activations; the same bits everywhere."""
    arrays: Arrays = {}
    for name, weight in network.weights.items():
        layer, operand = role(network, name)
        spread = weight.gain / np.sqrt(max(1, int(np.prod(weight.shape[1:]))))
        if layer == "batch_norm":
            arrays[name] = seeded_statistic(name, operand, weight, seed).astype(np.float32)
        elif weight.centre is None:
            arrays[name] = generator.bell32(seed, name, weight.shape, spread)
        else:
            around = np.asarray(weight.centre).reshape(weight.shape)
            values = around + spread * generator.bell(seed, name, weight.shape)
            arrays[name] = values.astype(np.float32)
    return arrays


def seeded_statistic(name: str, operand: str, weight: Weight, seed: int) -> np.ndarray:
    """Variances from 0.01 to 1.2, so that eps shows; γ follows them, so that nothing explodes."""
    deviation = generator.uniform(seed, f"{name.rpartition('_')[0]} σ", weight.shape, 0.1, 1.1)
    if operand == "running_var":
        return deviation * deviation
    if operand == "weight":
        return deviation * generator.uniform(seed, name, weight.shape, 0.5, 1.5)
    return 0.3 * generator.bell(seed, name, weight.shape)


def load_weights(path: Path, network: Network) -> Arrays:
    """The network's arrays by name from .npz or .safetensors, checked; InputError otherwise.

    The file names them as the network does, or as PyTorch's state dicts do (state_dict.py).
    """
    readers = {".npz": read_npz, ".safetensors": read_safetensors}
    if path.suffix not in readers:
        raise InputError(f"weights {path}: expected a .npz or .safetensors file")
    if not path.is_file():
        raise InputError(f"weights {path}: there is no such file")
    arrays = readers[path.suffix](path, network)
    return {name: np.ascontiguousarray(arrays[name]) for name in network.weights}


def read_npz(path: Path, network: Network) -> Arrays:
    """The network's arrays of an archive; nothing pickled is ever loaded."""
    try:
        with path.open("rb") as file:  # np.load would leave a broken archive open
            if not zipfile.is_zipfile(file):
                raise InputError(f"weights {path}: not a .npz archive, or not the whole of one")
            file.seek(0)
            archive = np.load(file, allow_pickle=False)
            return read_arrays(path, network, archive.files, archive.__getitem__)
    except InputError:
        raise
    except UNREADABLE as reason:
        raise InputError(f"weights {path}: cannot be read as .npz: {reason}") from None


def read_safetensors(path: Path, network: Network) -> Arrays:
    """The network's arrays of a file."""
    try:
        with safe_open(path, framework="numpy") as archive:
            return read_arrays(path, network, archive.keys(), archive.get_tensor)
    except InputError:
        raise
    except UNREADABLE as reason:
        raise InputError(f"weights {path}: cannot be read as .safetensors: {reason}") from None


def read_arrays(
    path: Path, network: Network, present: Sequence[str], read: Callable[[str], np.ndarray]
) -> Arrays:
    """Every array of the network, found in the file, read and checked."""
    names, unknown = file_names(network, present)
    if unknown:
        first = next(iter(names.values()))
        raise InputError(
            f"weights {path}: {unknown[0]} is no array of {network.name}, expected {first}, …"
        )
    for name, weight in network.weights.items():
        if names[name] not in present:
            missing = f"array {names[name]} is missing, expected shape {weight.shape}"
            raise InputError(f"weights {path}: {missing}")
    arrays = {name: read(names[name]) for name in network.weights}
    for name, weight in network.weights.items():
        check(path, names[name], arrays[name], weight, role(network, name)[1])
    return arrays


def check(path: Path, name: str, array: np.ndarray, weight: Weight, operand: str) -> None:
    """Refuse an array of another shape or dtype, or not finite."""
    if array.dtype != np.float32:
        raise InputError(f"weights {path}: {name} has dtype {array.dtype}, expected float32")
    if array.shape != weight.shape:
        raise InputError(f"weights {path}: {name} has shape {array.shape}, expected {weight.shape}")
    if not np.all(np.isfinite(array)):
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"weights {path}: {name} holds {array[index]} at {list(index)}")
    if operand == "running_var" and array.min() < 0:
        lowest = int(np.argmin(array))
        raise InputError(
            f"weights {path}: {name} holds {array[lowest]} at [{lowest}]; a variance is at least 0"
        )
