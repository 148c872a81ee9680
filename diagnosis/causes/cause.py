"""Records: a convention that people get wrong, and the evidence that a kernel follows it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from clgold.reference import Enclosure, Layer, Profile
from clgold.reference.evaluate import shapes_of
from clgold.reference.layer import Attributes


@dataclass(frozen=True)
class Link:
    """One layer of a chain: what goes into it, and what rightly comes out.

    operands    in the layer's order, None for those absent; a predecessor's carries its bound
    attributes  every one, normalised: pairs, never ints
    inner       the place among the operands of the predecessor's output
    before      the links before it in the chain
    chosen      the filters whose channels suffice; None for all
    rough       values alone are asked for, without the bounds that hold for them
    """

    layer: Layer
    operands: tuple[Enclosure | None, ...]
    attributes: Attributes
    right: Enclosure
    profile: Profile
    inner: int = 0
    before: tuple["Link", ...] = ()
    chosen: np.ndarray | None = None
    rough: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The output's."""
        return self.right.value.shape

    @property
    def shapes(self) -> tuple[tuple[int, ...] | None, ...]:
        """The operands'."""
        return shapes_of(None if o is None else o.value for o in self.operands)


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
    usual      one that people are known to get wrong; the others merely follow from the layer
    form       right but for its roundings, whose own bound tells it
    """

    name: str
    layer: str
    says: str
    change: str
    recompute: Recompute
    usual: bool = True
    form: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Which one it is."""
        return self.layer, self.name

    def place(self, result: str) -> str:
        """The layer at fault, which for what concerns any output is the one that gave it."""
        return result if self.layer == OUTPUT else self.layer


@dataclass(frozen=True)
class Explanation:
    """A cause and its evidence.

    before, after  the share of elements within their bounds, rightly and under the convention
    ties           the causes that explain these data as well
    """

    cause: Cause
    before: float
    after: float
    ties: tuple[Cause, ...] = ()

    @property
    def says(self) -> str:
        """The evidence in words."""
        found = f"{percent(self.after)} of elements, before {percent(self.before)}"
        return f"{self.cause.layer} {self.cause.says}: {found}"

    def instead(self, tie: Cause) -> "Explanation":
        """The same with another of the equally good causes first."""
        others = [one for one in (self.cause, *self.ties) if one is not tie]
        return replace(self, cause=tie, ties=tuple(others))


def percent(share: float) -> str:
    """A share in words: 100 % only for all, 0 % only for none."""
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", " %")
    return f"{min(max(100 * share, 0.01), 99.99):.3g} %"


Row = tuple[str, str, str, Recompute]


def table(layer: str, *rows: Row) -> tuple[Cause, ...]:
    """Causes of one layer from rows of name, what follows "matches", change, recompute."""
    return tuple(
        Cause(name, layer, f"matches {like}", change, compute)
        for name, like, change, compute in rows
    )
