"""Outputs that another program dumped, one file per buffer, read with distrust.

Buffers are named as the host program names them (inout4_buf, output), or by kernel or node.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clgold.networks import Network, shapes
from clgold.reference import find_layer
from clgold.reference.spec import InputError

from .trace_files import SUFFIXES, contents, read

Array = np.ndarray


@dataclass(frozen=True)
class Dumped:
    """A dumped buffer: its name in the dump, where it was read, its numbers as they stand there."""

    name: str
    file: str
    values: Array


@dataclass(frozen=True)
class Trace:
    """By node, input or weight what was dumped of it; and the names of files that are no dumps."""

    buffers: Mapping[str, Dumped]
    ignored: tuple[str, ...]


def buffer_names(network: Network) -> dict[str, str]:
    """Every name that a buffer may have, and the node, input or weight that it holds.

    What a kernel or node is called goes before what the host calls its result.
    """
    names = {network.output: network.kernels[-1].output}
    names |= {node.name: node.name for node in network.nodes}
    names |= {kernel.name: kernel.output for kernel in network.kernels}
    names |= {name: name for name in (*network.inputs, *network.weights)}
    names |= {f"{name}_buf": name for name in (*network.inputs, *network.weights)}
    names |= {buffer: name for name, buffer in network.buffers.items()}
    return names | {kernel.buffer: kernel.output for kernel in network.kernels}


def read_trace(folder: Path, network: Network) -> Trace:
    """Every buffer in the folder; InputError, a sentence, for whatever cannot be used."""
    if not folder.is_dir():
        raise InputError(f"--trace {folder}: there is no such folder")
    names, known = buffer_names(network), shapes(network)
    dtypes = {node.name: find_layer(node.layer).dtype for node in network.nodes}
    buffers: dict[str, Dumped] = {}
    ignored = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in SUFFIXES:
            if not path.name.startswith("."):
                ignored.append(path.name)
            continue
        for name, where, content in contents(path):
            if name not in names:
                listed = ", ".join(kernel.buffer for kernel in network.kernels)
                raise InputError(
                    f"trace {where}: {name!r} is no buffer of {network.name}; "
                    f"expected one of {listed}, or a kernel, node or array of the host"
                )
            key = names[name]
            if key in buffers:
                other = buffers[key]
                raise InputError(f"trace {where}: {other.file} holds the same buffer ({key})")
            raw, dtype = path.suffix == ".bin", dtypes.get(key, np.float32)
            values = read(where, content, raw, known[key], dtype)
            buffers[key] = Dumped(name, where, values)
    if not buffers:
        raise InputError(f"--trace {folder}: holds no {', '.join(SUFFIXES)} file of a buffer")
    if not any(node.name in buffers for node in network.nodes):
        raise InputError(f"--trace {folder}: holds no result of a kernel of {network.name}")
    return Trace(buffers, tuple(ignored))
