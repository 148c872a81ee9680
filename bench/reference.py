"""VGG-16 by the reference, in float64 and correctly rounded, against PyTorch in float64.

    pip install -e ".[peers]" && python bench/reference.py

In one run, on the same cores, with seeded weights: the time of PyTorch's forward with weights that
are float64 already; of the reference's, which takes float32 and computes in float64; and of the
reference correctly rounded after every layer. The three are timed in turn, and the fastest of each
counts. Then the most memory that NumPy holds beside the weights and the image, and the largest
difference of the probabilities from PyTorch's.
"""

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch.nn import functional

from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import Arrays, seeded_weights
from clgold.networks import VGG16
from clgold.networks.network import Node
from clgold.reference import correctly_rounded, find_layer

REPEATS = 5
OUTPUT = "prob"  # what follows is an index

Compute = Callable[..., Any]


def run(arrays: dict[str, Any], compute: Compute) -> Any:
    """The probabilities; a node's output is dropped after its last use."""
    known = dict(arrays)
    nodes = VGG16.nodes
    last = {operand: node.name for node in nodes for operand in node.operands}
    for node in nodes:
        known[node.name] = compute(node, *(None if o is None else known[o] for o in node.operands))
        if node.name == OUTPUT:
            break
        for operand in node.operands:
            if last[operand] == node.name:
                del known[operand]
    return known[OUTPUT]


def plain(node: Node, *operands: Any) -> np.ndarray:
    """float64, and float32 between the layers, as the reference's own runs have it."""
    layer = find_layer(node.layer)
    return layer.forward(*operands, **node.attributes).astype(layer.dtype)


def rounded(node: Node, *operands: Any) -> np.ndarray:
    return correctly_rounded(node.layer, *operands, **node.attributes)


def by_torch(node: Node, *operands: Any) -> torch.Tensor:
    """The same with PyTorch's functions, which have the same names but for one."""
    if node.layer == "flatten":
        return torch.flatten(*operands, start_dim=1)
    result: torch.Tensor = getattr(functional, node.layer)(*operands, **node.attributes)
    return result


def fastest(works: list[Callable[[], object]]) -> list[float]:
    """Seconds of the fastest of REPEATS runs of each, in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, seconds in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return [min(seconds) for seconds in times]


def peak(work: Callable[[], object]) -> int:
    """The most bytes that NumPy holds at a time, beyond what it held before."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def main() -> None:
    shape = VGG16.inputs["data"]
    arrays: Arrays = seeded_weights(VGG16, 1) | {"data": load_image(photographs()[0], shape)}
    tensors = {name: torch.from_numpy(values).double() for name, values in arrays.items()}
    works: dict[str, Callable[[], Any]] = {
        "PyTorch, float64": lambda: run(tensors, by_torch),
        "reference, float64": lambda: run(arrays, plain),
        "reference, correctly rounded": lambda: run(arrays, rounded),
    }
    table = Table("VGG-16", "s", "of PyTorch's", "peak, MB", "difference")
    with torch.inference_mode():
        expected = works["PyTorch, float64"]().numpy()
        seconds = fastest(list(works.values()))
    for (name, work), taken in zip(works.items(), seconds, strict=True):
        ours = "PyTorch" not in name
        most = f"{peak(work) / 1e6:.0f}" if ours else ""
        far = f"{np.abs(work() - expected).max():.1e}" if ours else ""
        table.add_row(name, f"{taken:.2f}", f"{taken / seconds[0]:.2f}×", most, far)
    Console().print(table)


if __name__ == "__main__":
    main()
