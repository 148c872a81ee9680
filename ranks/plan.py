"""The plan of a network on P×Q ranks: what each computes, reads and writes of every array."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from clgold.networks import Kernel, Network, view
from clgold.reference.spec import Shape, SpecError

from .gradients import BACKWARD
from .map_gradients import MAP_BACKWARD
from .maps import MAPS
from .rect import Rect, nothing, whole
from .sites import FORWARD
from .transfer import uncovered
from .work import Array, Part, Placement, Rule, Work

# No operation of its own: the same numbers, of which a matrix product reads a row for each image.
ROWS = "flatten"


@dataclass(frozen=True)
class Placed:
    """A kernel with every rank's part of it; `operands` and `array` are names in Plan.arrays."""

    kernel: Kernel
    operands: tuple[str | None, ...]
    array: str
    parts: tuple[Part, ...]
    partial: bool

    @property
    def layer(self) -> str:
        return self.kernel.layer


@dataclass(frozen=True)
class Plan:
    """What stands where; `kernels` are in the order in which they run."""

    network: str
    grid: tuple[int, int]
    arrays: Mapping[str, Array]
    kernels: tuple[Placed, ...]

    @property
    def ranks(self) -> int:
        return self.grid[0] * self.grid[1]

    def memory(self, rank: int) -> dict[str, int]:
        """Bytes by kind of array."""
        found = dict.fromkeys(("data", "weight", "activation", "gradient"), 0)
        for array in self.arrays.values():
            found[array.kind] += array.bytes[rank]
        return found


def default_grid(ranks: int) -> tuple[int, int]:
    """The grid nearest to a square, no more rows than columns: 2×2 of 4, 2×3 of 6, 1×5 of 5."""
    rows = max(k for k in range(1, ranks + 1) if ranks % k == 0 and k * k <= ranks)
    return rows, ranks // rows


def plan(
    network: Network,
    grid: tuple[int, int],
    kernels: Sequence[Kernel] | None = None,
    labels: Mapping[str, Shape] | None = None,
    constants: Sequence[str] = (),
) -> Plan:
    """Every array and kernel with the Rects of all ranks.

    kernels    of a training step, one node each; by default the network's
    labels     what every rank has whole beside the network's inputs, with shapes
    constants  scalars of which no part is stored anywhere
    Raises SpecError where a layer has no rule, or where a rank would read what nobody writes.
    """
    build = Builder(network, grid)
    for name, shape in {**network.inputs, **(labels or {})}.items():
        build.add(Array(name, shape, "data", build.everywhere(shape), build.nowhere(shape)))
    for name, weight in network.weights.items():
        build.add(Array(name, weight.shape, "weight", None, build.nowhere(weight.shape)))
    for name in constants:
        shape = (1, 1, 1, 1)
        build.add(Array(name, shape, "gradient", build.nowhere(shape), build.nowhere(shape)))
    fused = all(len(kernel.nodes) == 1 for kernel in network.kernels)
    for kernel in view(network, fused) if kernels is None else kernels:
        build.place(kernel)
    return build.finished()


@dataclass(eq=False)
class Builder:
    """A plan that grows kernel by kernel; `names` leads from a node to the array that it leaves."""

    network: Network
    grid: tuple[int, int]
    arrays: dict[str, Array] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)

    @property
    def ranks(self) -> int:
        return self.grid[0] * self.grid[1]

    def everywhere(self, shape: Shape) -> tuple[Rect, ...]:
        return (whole(shape),) * self.ranks

    def nowhere(self, shape: Shape) -> tuple[Rect, ...]:
        return (nothing(len(shape)),) * self.ranks

    def add(self, array: Array) -> None:
        self.arrays[array.name] = array
        self.names.setdefault(array.name, array.name)

    @property
    def by_sites(self) -> bool:
        return any(node.layer == "local2d" for node in self.network.nodes)

    def rule(self, layer: str) -> Rule:
        """How that layer is divided here: by sites where there are sites, else by maps."""
        rules = {**FORWARD, **BACKWARD} if self.by_sites else {**MAPS, **MAP_BACKWARD}
        if layer not in rules:
            raise SpecError(f"{self.network.name}: no rule divides the layer {layer} among ranks")
        return rules[layer]

    def place(self, kernel: Kernel) -> None:
        """Every rank's part of a kernel, and the array that it leaves."""
        (node,) = kernel.nodes
        given = tuple(None if o is None else self.names[o] for o in kernel.operands)
        if node.layer == ROWS or (self.by_sites and node.layer == "reshape"):
            self.names[node.name] = given[0] or ""
            return
        self.shape_weights(node.layer, given)
        operands = tuple(None if o is None else self.arrays[o] for o in given)
        subject = self.arrays.get(kernel.buffer.removesuffix(".grad"))
        work = Work(node, operands, self.grid, node.attributes, subject.shape if subject else ())
        found = self.rule(node.layer)(work)
        for number, name in enumerate(given):
            if name is not None:
                self.read(name, [part.reads[number] for part in found.parts])
        if kernel.buffer not in self.arrays:  # an update leaves what there was
            self.names[node.name] = kernel.buffer
            self.add(self.array(kernel.buffer, found))
        self.placed.append(Placed(kernel, given, kernel.buffer, found.parts, found.partial))

    def array(self, name: str, found: Placement) -> Array:
        kind = "gradient" if ".grad" in name else "activation"
        writes = tuple(part.writes for part in found.parts)
        return Array(name, found.shape, kind, writes, self.nowhere(found.shape), found.partial)

    def shape_weights(self, layer: str, given: tuple[str | None, ...]) -> None:
        """Give the weights (O, I) of what reads an image as a row the image's axes."""
        if layer != "linear" or not self.by_sites or given[0] is None or given[1] is None:
            return
        image, weights = self.arrays[given[0]], self.arrays[given[1]]
        if len(image.shape) > 2:
            shape = (weights.shape[0], *image.shape[1:])
            self.arrays[given[1]] = replace(weights, shape=shape, reads=self.nowhere(shape))

    def read(self, name: str, rects: Sequence[Rect | None]) -> None:
        """A kernel reads that much of an array."""
        array = self.arrays[name]
        pairs = zip(array.reads, rects, strict=True)
        reads = tuple(old if new is None else old.hull(new) for old, new in pairs)
        self.arrays[name] = replace(array, reads=reads)

    def finished(self) -> Plan:
        """The plan; what no kernel reads, its own rank keeps."""
        arrays = {
            name: replace(one, reads=one.held) if not any(r.count for r in one.reads) else one
            for name, one in self.arrays.items()
        }
        for array in arrays.values():
            if lacking := uncovered(array):
                raise SpecError(
                    f"{self.network.name}: rank {lacking[0]} reads of {array.name} what no rank "
                    f"writes, {array.reads[lacking[0]]}"
                )
        return Plan(self.network.name, self.grid, arrays, tuple(self.placed))
