"""A network's weights: seeded by our own generator, or read from the user's file."""

from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path

import numpy as np
from safetensors import safe_open

from clgold.networks import Network
from clgold.networks.network import Weight, reader
from clgold.reference import generator
from clgold.reference.operands import Operand
from clgold.reference.spec import InputError, Shape

from .distrust import SLACK, distrusted, first_bytes, open_archive, parse_npy
from .state_dict import file_names

Arrays = dict[str, np.ndarray]

Read = Callable[[str, Weight], np.ndarray]


def seeded_weights(network: Network, seed: int) -> Arrays:
    """float32 weights that neither kill nor blow up the activations; the same bits everywhere."""
    return {name: seeded_weight(network, name, seed) for name in network.weights}


def seeded_weight(
    network: Network,
    name: str,
    seed: int,
    shape: Shape | None = None,
    place: tuple[slice, ...] | None = None,
) -> np.ndarray:
    """One of `seeded_weights`; `place` cuts a part out, of which no more is ever in memory than a
    row of the whole. Its axes are those of `shape`, as many elements in another form.
    """
    weight = network.weights[name]
    layer, operand = reader(network, name)
    spread = weight.gain / np.sqrt(max(1, int(np.prod(weight.shape[1:]))))
    form = shape or weight.shape
    everything = place or tuple(slice(0, length) for length in form)
    if any(one.role == "statistic" for one in layer.operands):
        whole = seeded_statistic(name, operand, weight, seed).astype(np.float32)
        return whole.reshape(form)[everything]
    if weight.centre is None:
        return generator.bell32_part(seed, name, form, spread, everything)
    around = np.asarray(weight.centre).reshape(weight.shape)
    values = around + spread * generator.bell(seed, name, weight.shape)
    return values.astype(np.float32).reshape(form)[everything]


def seeded_statistic(name: str, operand: Operand, weight: Weight, seed: int) -> np.ndarray:
    """Variances from 0.01 to 1.2, so that eps shows; γ follows them, so that nothing explodes."""
    deviation = generator.uniform(seed, f"{name.rpartition('_')[0]} σ", weight.shape, 0.1, 1.1)
    if operand.values == "positive":
        return deviation * deviation
    if operand.role == "weight" and operand.values != "offset":
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
    """The network's arrays of an archive."""
    where = f"weights {path}: cannot be read as .npz"
    with open_archive(f"weights {path}", path) as archive, distrusted(where):
        entries = {one.filename.removesuffix(".npy"): one for one in archive.infolist()}

        def read(name: str, weight: Weight) -> np.ndarray:
            content = first_bytes(archive, entries[name], 4 * prod(weight.shape) + SLACK)
            found = parse_npy(f"{where}: {name}", content)
            refuse_others(path, name, found.kind, found.shape, weight)
            return found.values(f"{where}: {name}")

        return read_arrays(path, network, list(entries), read)


def read_safetensors(path: Path, network: Network) -> Arrays:
    """The network's arrays of a file."""
    where = f"weights {path}: cannot be read as .safetensors"
    with distrusted(where), safe_open(path, framework="numpy") as archive:

        def read(name: str, weight: Weight) -> np.ndarray:
            values: np.ndarray = archive.get_tensor(name)
            refuse_others(path, name, f"dtype {values.dtype}", values.shape, weight)
            return values

        return read_arrays(path, network, archive.keys(), read)


def read_arrays(path: Path, network: Network, present: Sequence[str], read: Read) -> Arrays:
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
    arrays = {name: read(names[name], weight) for name, weight in network.weights.items()}
    for name, values in arrays.items():
        check_values(path, names[name], values, reader(network, name)[1])
    return arrays


def refuse_others(path: Path, name: str, kind: str, shape: Shape, weight: Weight) -> None:
    """Refuse an array of another shape or dtype."""
    if kind != "dtype float32":
        raise InputError(f"weights {path}: {name} has {kind}, expected float32")
    if shape != weight.shape:
        raise InputError(f"weights {path}: {name} has shape {shape}, expected {weight.shape}")


def check_values(path: Path, name: str, array: np.ndarray, operand: Operand) -> None:
    """Refuse what is not finite, and a negative variance."""
    if not np.all(np.isfinite(array)):
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"weights {path}: {name} holds {array[index]} at {list(index)}")
    if operand.values == "positive" and array.min() < 0:
        lowest = int(np.argmin(array))
        raise InputError(
            f"weights {path}: {name} holds {array[lowest]} at [{lowest}]; a variance is at least 0"
        )
