"""What a layer reads, as data: operands with the names of their axes, and what they are for.

The axes are named: N images, C channels, H rows, W columns, M filters, and so on as in
AXES; a name that two operands share is the same axis. "N C ..." goes on with any axes.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import spec
from .spec import Shape

# Operands' shapes, None for those absent, and attributes as a caller gives them.
Setting = tuple[tuple[Shape | None, ...], dict[str, Any]]

# An axis in words: one index along it is one of these.
AXES = {
    **{"N": "image", "C": "channel", "C/groups": "channel", "H": "row", "W": "column"},
    **{"OH": "output row", "OW": "output column", "KH": "kernel row", "KW": "kernel column"},
    **{"M": "filter", "U": "unit", "I": "input feature", "O": "output feature"},
    **{"TY": "tile row", "TX": "tile column", "SY": "site row", "SX": "site column"},
    **{"KY": "kernel row", "KX": "kernel column"},
}
ANY = "..."


@dataclass(frozen=True)
class Operand:
    """An array that a layer reads.

    axes      "N C H W", or several such layouts; "" of one number
    role      activation; weight, which is trained, as biases are; statistic, which is measured;
              coordinate, which says where to read; label, each image's right class as 1 among 0;
              mask, 1 for what is kept and else 0; index, which names a place
    values    what its numbers are, where the role does not say it: "positive"; "offset", which is
              added; "gain", one factor for all; "map", of coordinates; "-a", nearly minus `a`
    optional  may be None
    variadic  any number of arrays like this one
    broadcast may lack the first axes, or have 1 in place of a length
    """

    name: str
    axes: str | tuple[str, ...]
    role: str = "activation"
    values: str = ""
    optional: bool = False
    variadic: bool = False
    broadcast: bool = False

    @cached_property
    def layouts(self) -> tuple[tuple[str, ...], ...]:
        """The names of the axes, in every layout."""
        found = (self.axes,) if isinstance(self.axes, str) else self.axes
        return tuple(tuple(layout.split()) for layout in found)

    def lengths(self, shape: Shape | None) -> dict[str, int]:
        """The length of every axis that has a name in the layout of this shape."""
        names = self.layout(len(shape or ()))
        return dict(zip((n for n in names if n != ANY), shape or (), strict=False))

    def layout(self, ndim: int) -> tuple[str, ...]:
        """The names of an array's axes; () where no layout has so many."""
        for names in self.layouts:
            if len(names) == ndim or (ANY in names and ndim >= len(names) - 1):
                return names
        return ()


def check_shapes(
    layer: str, named: tuple[tuple[str, Operand], ...], shapes: tuple[Any, ...]
) -> None:
    """Refuse shapes whose axes are not those declared; of those named, vectors' lengths too."""
    known: dict[str, int] = {"1": 1}
    for (name, operand), given in zip(named, shapes, strict=True):
        if given is None:
            continue
        own, *others = operand.layouts
        if len(own) == 1 and own[0] in known and not others:
            spec.vector(layer, name, given, known[own[0]], AXES.get(own[0]))
        else:
            spec.axes(layer, name, given, *map(" ".join, operand.layouts))
        known |= operand.lengths(given)
