"""Records: a convention that people get wrong, and the evidence that a kernel follows it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clgold.reference import Enclosure, Layer, Profile
from clgold.reference.layer import Attributes


@dataclass(frozen=True)
class Link:
    """One layer of a chain: what goes into it, and what rightly comes out.

    operands    in the layer's order, None for those absent; a predecessor's carries its bound
    attributes  every one, normalised: pairs, never ints
    inner       the place among the operands of the predecessor's output
    before      the links before it in the chain
    chosen      the filters whose channels suffice; None for all
    """

    layer: Layer
    operands: tuple[Enclosure | None, ...]
    attributes: Attributes
    right: Enclosure
    profile: Profile
    inner: int = 0
    before: tuple["Link", ...] = ()
    chosen: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The output's."""
        return self.right.value.shape


# What a kernel with the wrong convention gives; None where the convention cannot apply.
Recompute = Callable[[Link], Enclosure | None]

# Causes of this "layer" concern what becomes of any layer's output.
OUTPUT = "output"


@dataclass(frozen=True)
class Cause:
    """A wrong convention of one layer.

    name       a few words, unique within the layer
    says       a sentence's predicate: "matches a window that starts at 0"
    change     what to change in the kernel: "start the maximum at -INFINITY, not at 0"
    recompute  the layer's result under that convention, with the bound that holds for it
    """

    name: str
    layer: str
    says: str
    change: str
    recompute: Recompute


@dataclass(frozen=True)
class Explanation:
    """A cause and its evidence, in words too.

    before, after  the share of elements within their bounds, rightly and under the convention
    ties           the causes that explain these data as well
    """

    cause: Cause
    before: float
    after: float
    says: str
    ties: tuple[Cause, ...] = ()


Row = tuple[str, str, str, Recompute]


def table(layer: str, *rows: Row) -> tuple[Cause, ...]:
    """Causes of one layer from rows of name, what follows "matches", change, recompute."""
    return tuple(
        Cause(name, layer, f"matches {like}", change, compute)
        for name, like, change, compute in rows
    )
