"""Dumps as another program makes them: the STN by the reference, with faults or without."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from clgold.diagnosis.bisect.formats import FLOAT32, Format
from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import Arrays, seeded_weights
from clgold.networks import STN
from clgold.reference import batch_norm, find_layer

BUFFERS = tuple(kernel.buffer for kernel in STN.kernels)
OUTPUTS = {kernel.buffer: kernel.output for kernel in STN.kernels} | {"output": "fc4.argmax"}
Faults = Mapping[str, Callable[..., np.ndarray]]


def another_eps(*operands: np.ndarray, eps: float) -> np.ndarray:
    """batch_norm with another library's eps."""
    return batch_norm(*operands, eps=1e-3)


def traced(
    faults: Faults | None = None, image: np.ndarray | None = None, kept: Format = FLOAT32
) -> Arrays:
    """What every node gives for the first photograph, or an image, some of them in a wrong way.

    Numbers are rounded to what is `kept`, weights too.
    """
    if image is None:
        image = load_image(photographs()[0], STN.inputs["source_image"])
    known = {name: kept.nearest(values) for name, values in seeded_weights(STN, 0).items()}
    known["source_image"] = kept.nearest(image)
    for node in STN.nodes:
        layer = find_layer(node.layer)
        compute = (faults or {}).get(node.name, layer.forward)
        operands = tuple(None if o is None else known[o] for o in node.operands)
        made = compute(*operands, **node.attributes).astype(layer.dtype)
        known[node.name] = kept.nearest(made) if made.dtype == np.float32 else made
    return known


def dump(
    folder: Path, values: Arrays, buffers: Iterable[str] = BUFFERS, suffix: str = ".npy"
) -> Path:
    """A folder with these buffers, each in a file of its own, or all in trace.npz."""
    folder.mkdir()
    arrays = {name: values[OUTPUTS.get(name, name)] for name in buffers}
    if suffix == ".npz":
        np.savez(folder / "trace.npz", **arrays)
        return folder
    for name, array in arrays.items():
        if suffix == ".npy":
            np.save(folder / f"{name}.npy", array)
        else:
            little = array.astype("<f4" if array.dtype == np.float32 else "<i4")
            (folder / f"{name}.bin").write_bytes(little.tobytes())
    return folder
