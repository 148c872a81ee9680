"""The plan of a network's buffers: what each kernel reads and writes, numbered by size."""

import math
from dataclasses import dataclass

from clgold.reference.spec import Shape

from . import Kernel, Network, shapes


@dataclass(frozen=True)
class Array:
    """An array of the host or the device: its name, shape, elements and the count's number."""

    name: str
    shape: Shape
    count: int
    number: str


@dataclass(frozen=True)
class PlanRow:
    """A kernel, the host arrays that it is first to need, and its device buffers."""

    kernel: str
    layers: str
    host: tuple[Array, ...]
    reads: tuple[Array, ...]
    writes: Array
    returns: Array | None


def plan_rows(network: Network) -> tuple[PlanRow, ...]:
    """The kernels with their arrays. N1, N2, … number the element counts as they first appear."""
    known = shapes(network)
    numbers: dict[int, str] = {}
    buffers = {name: f"{name}_buf" for name in (*network.inputs, *network.weights)}
    buffers |= {**network.buffers, **{k.output: k.buffer for k in network.kernels}}

    def array(name: str, key: str) -> Array:
        count = math.prod(known[key])
        return Array(name, known[key], count, numbers.setdefault(count, f"N{len(numbers) + 1}"))

    rows = []
    seen: set[str] = set()
    for kernel in network.kernels:
        needed = dict.fromkeys(o for o in ordered(network, kernel) if o is not None)
        hosted = [o for o in needed if (o in network.weights or o in network.inputs)]
        host = tuple(array(o, o) for o in hosted if o not in seen)
        seen |= set(hosted)
        reads = tuple(array(buffers[o], o) for o in needed)
        writes = array(kernel.buffer, kernel.output)
        last = kernel is network.kernels[-1]
        returns = array(network.output, kernel.output) if last else None
        rows.append(PlanRow(kernel.name, kernel.layer, host, reads, writes, returns))
    return tuple(rows)


def ordered(network: Network, kernel: Kernel) -> tuple[str | None, ...]:
    """The kernel's operands as a host binds them: images and results, then weights."""
    operands = [o for o in kernel.operands if o is not None]
    return tuple(sorted(operands, key=lambda o: (o in network.weights, o not in network.inputs)))
