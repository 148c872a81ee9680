"""Consecutive kernels of a network as one, where somebody has a kernel for their chain."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from clgold.reference import SpecError

from .network import Kernel, Network


def fuse(
    network: Network,
    kernels: Sequence[Kernel],
    chains: Sequence[str],
    accepts: Callable[[Kernel], bool],
) -> tuple[Kernel, ...]:
    """The kernels, those in a row that are one of the chains made one; long chains go first."""
    longest = sorted(set(chains), key=lambda chain: -chain.count("+"))
    found: list[Kernel] = []
    place = 0
    while place < len(kernels):
        rows = (
            row
            for chain in longest
            if len(row := beginning(kernels[place:], chain)) > 1 and one_way(network, row)
        )
        row = next((row for row in rows if accepts(merged(row))), kernels[place : place + 1])
        found.append(merged(row) if len(row) > 1 else row[0])
        place += len(row)
    return tuple(found)


def beginning(kernels: Sequence[Kernel], chain: str) -> Sequence[Kernel]:
    """The first kernels whose layers are that chain; none where they are another."""
    layers: list[str] = []
    for count, kernel in enumerate(kernels, start=1):
        layers += kernel.layer.split("+")
        if "+".join(layers) == chain:
            return kernels[:count]
        if not chain.startswith("+".join(layers)):
            break
    return ()


def one_way(network: Network, row: Sequence[Kernel]) -> bool:
    """Whether each one's result goes to the next, in its place in the chain, and nowhere else."""
    names = [node.layer for kernel in row for node in kernel.nodes]
    if len(set(names)) < len(names):  # a chain holds each layer once
        return False
    kept = {network.answer, network.probability}
    for kernel, after in pairwise(row):
        readers = [node for node in network.nodes if kernel.output in node.operands]
        try:
            place = merged(row).chain.inner[names.index(after.nodes[0].layer)]
        except SpecError:
            return False
        first = after.nodes[0]
        alone = readers == [first] and first.operands.count(kernel.output) == 1
        if not alone or first.operands[place] != kernel.output or kernel.output in kept:
            return False
    return True


def parts(kernel: Kernel) -> Iterator[Kernel]:
    """Every row of its nodes as a kernel, itself included."""
    for start, end in combinations(range(len(kernel.nodes) + 1), 2):
        yield replace(kernel, nodes=kernel.nodes[start:end])


def merged(row: Sequence[Kernel]) -> Kernel:
    """One kernel for all of them, under the names of the first and last."""
    name = f"{row[0].name}+{row[-1].name}"
    return Kernel(name, row[-1].buffer, tuple(node for kernel in row for node in kernel.nodes))
