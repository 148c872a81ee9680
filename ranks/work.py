"""What a rule of division is asked, and what it answers: each rank's part of one kernel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clgold.networks import Node
from clgold.reference.spec import Shape

from .rect import Rect, split, whole


@dataclass(frozen=True)
class Array:
    """An array of the network, and who holds what of it, a Rect for every rank.

    kind     "data", which every rank has whole; "weight", "activation" or "gradient"
    writes   what each rank computes of it; None where nobody does: data and weights
    reads    what each rank needs of it
    partial  what ranks write is to be added up; else what several write is the same
    """

    name: str
    shape: Shape
    kind: str
    writes: tuple[Rect, ...] | None
    reads: tuple[Rect, ...]
    partial: bool = False

    @property
    def held(self) -> tuple[Rect, ...]:
        """What each rank has of it before any transfer: what it writes, else what it reads."""
        return self.reads if self.writes is None else self.writes

    @property
    def bytes(self) -> tuple[int, ...]:
        """What each rank keeps in memory: float32, its part as written and as read."""
        pairs = zip(self.held, self.reads, strict=True)
        return tuple(4 * max(mine.count, read.count) for mine, read in pairs)


@dataclass(frozen=True)
class Part:
    """One rank's share of a kernel.

    reads       of every operand the Rect, None for one that is absent
    computes    the Rect that the kernel gives; the rank hands on `writes` of it
    attributes  of the layer, where they are other than the whole network's
    """

    reads: tuple[Rect | None, ...]
    computes: Rect
    writes: Rect
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return self.computes.count == 0


@dataclass(frozen=True)
class Placement:
    """The output of a kernel: its shape, every rank's part, and whether parts are to be added."""

    shape: Shape
    parts: tuple[Part, ...]
    partial: bool = False


@dataclass(frozen=True)
class Work:
    """A node, its operands, and P×Q ranks, numbered row by row.

    subject    the shape of what the output is the gradient of; () where it is no gradient
    """

    node: Node
    operands: tuple[Array | None, ...]
    grid: tuple[int, int]
    attributes: Mapping[str, Any]
    subject: Shape = ()

    @property
    def ranks(self) -> range:
        return range(self.grid[0] * self.grid[1])

    def operand(self, number: int) -> Array:
        """An operand that must be there."""
        found = self.operands[number]
        if found is None:
            raise ValueError(f"{self.node.name}: operand {number} is absent")
        return found

    def batch(self, length: int, rank: int) -> tuple[int, int]:
        """Origin and size of a rank's images."""
        return split(length, len(self.ranks), rank)

    def block(self, lengths: Sequence[int], rank: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Origin and size of a rank's rows, and of its columns."""
        row, column = divmod(rank, self.grid[1])
        return split(lengths[0], self.grid[0], row), split(lengths[1], self.grid[1], column)


Rule = Callable[[Work], Placement]


def simple(reads: tuple[Rect | None, ...], result: Rect, **changed: Any) -> Part:
    """A part whose kernel gives what the rank hands on."""
    return Part(reads, result, result, changed)


def like(array: Array, leader: Array, rect: Rect) -> Rect:
    """Of an operand that goes element by element with a Rect of another: the same.

    It has the whole of an axis that it is broadcast along.
    """
    if len(array.shape) != len(leader.shape):
        return whole(array.shape)
    found = rect
    for axis, (own, other) in enumerate(zip(array.shape, leader.shape, strict=True)):
        if own != other:
            found = found.with_axis(axis, 0, own)
    return found
