"""Outputs that another program dumped, one file per buffer, read with distrust.

Buffers are named as the host program names them (inout4_buf, output), by kernel or node, or as
dump.toml says.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np

from clgold.networks import Network, shapes
from clgold.reference import Profile, find_layer
from clgold.reference.spec import InputError

from ..explain.orderings import blocked_sizes
from .dump_toml import NAME, Description, describe
from .formats import FLOAT32, Format, coarsest, shown
from .trace_files import SUFFIXES, Read, contents, read, read_indices

Array = np.ndarray


@dataclass(frozen=True)
class Dumped:
    """A dumped buffer.

    name, file  in the dump, and where it was read
    values      its numbers as they stand there; in the expected order where `layout` is told
    layout      as dump.toml tells it, in words; empty where it does not
    format      as the file or dump.toml tells it
    """

    name: str
    file: str
    values: Array
    layout: str = ""
    format: Format = FLOAT32


@dataclass(frozen=True)
class Trace:
    """By node, input or weight what was dumped of it; and the names of files that are no dumps.

    image   that dump.toml names
    profile of the arithmetic that the results may come of
    said    what was made out of the numbers alone, in sentences
    """

    buffers: Mapping[str, Dumped]
    ignored: tuple[str, ...]
    image: Path | None
    profile: Profile
    said: tuple[str, ...] = ()


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
    names = buffer_names(network)
    description = describe(folder, names)
    buffers: dict[str, Dumped] = {}
    ignored = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in SUFFIXES:
            if not path.name.startswith(".") and path.name != NAME:
                ignored.append(path.name)
            continue
        for stem, where, content in contents(path):
            name = description.files.get(path.name) or description.files.get(stem, stem)
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
            raw = path.suffix == ".bin"
            buffers[key] = buffer(network, key, name, where, content, raw, description)
    if not buffers:
        raise InputError(f"--trace {folder}: holds no {', '.join(SUFFIXES)} file of a buffer")
    if not any(node.name in buffers for node in network.nodes):
        raise InputError(f"--trace {folder}: holds no result of a kernel of {network.name}")
    return narrowed(network, Trace(buffers, tuple(ignored), description.image, FLOAT32.profile))


def buffer(
    network: Network,
    key: str,
    name: str,
    where: str,
    content: Read,
    raw: bool,
    description: Description,
) -> Dumped:
    """One buffer, as it is told to stand in its file."""
    shape = shapes(network)[key]
    if any(find_layer(n.layer).dtype != np.float32 for n in network.nodes if n.name == key):
        return Dumped(name, where, read_indices(where, content, raw, shape))
    told = description.told(key, shape, key in network.weights)
    if told.layout is None:
        result = key not in network.weights and key not in network.inputs
        counts = (prod(shape), *(blocked_sizes(shape) if result else ()))
        values, kept = read(where, content, raw, shape, counts, told.format)
        return Dumped(name, where, values, format=kept)
    count = prod(told.layout.stored(shape))
    values, kept = read(where, content, raw, told.layout.stored(shape), (count,), told.format)
    found = np.ascontiguousarray(told.layout.unpack(values, shape))
    return Dumped(name, where, found, f"{told.layout.text}, as {NAME} says", kept)


def narrowed(network: Network, trace: Trace) -> Trace:
    """The trace with the narrow format of which most results show to be, if most do."""
    results = {node.name for node in network.nodes if find_layer(node.layer).dtype == np.float32}
    wide = {key: one for key, one in trace.buffers.items() if one.format == FLOAT32}
    plain = [one for key, one in wide.items() if key in results]
    shows = Counter(kind for one in plain if (kind := shown(one.values)))
    kept, said = dict(trace.buffers), trace.said
    kind, count = shows.most_common(1)[0] if shows else ("", 0)
    if 2 * count > len(plain):
        found = [key for key, one in wide.items() if Format(kind).holds(one.values)]
        kept |= {key: replace(wide[key], format=Format(kind)) for key in found}
        every = ", ".join(kept[key].name for key in found)
        said = (*said, f"every number in {every} is a {kind}: judged at that precision")
    profile = coarsest(one.format for key, one in kept.items() if key in results)
    return replace(trace, buffers=kept, profile=profile, said=said)
