"""A layer's setting while it is drawn: axes and attributes so far, and whether the rule accepts."""

from dataclasses import dataclass, field
from typing import Any

from clgold.reference import Layer, SpecError
from clgold.reference.attributes import REQUIRED
from clgold.reference.operands import ANY
from clgold.reference.spec import Shape

ROOM = 12  # rows and columns while nothing else is known; every window drawn fits in
LEAST = {"window": (1, 1), "pair": (1, 1), "padding": ((0, 0), (0, 0)), "count": 1}


@dataclass(frozen=True)
class Draft:
    """One layout for every operand, the lengths of the axes (`...`: a shape), the attributes."""

    layer: Layer
    layouts: tuple[tuple[str, ...], ...]
    known: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Every operand's shape."""
        return tuple(
            tuple(n for name in names for n in self.lengths(name)) for names in self.layouts
        )

    def lengths(self, name: str) -> Shape:
        if name == ANY:
            found: Shape = self.known[name]
            return found
        return (int(name) if name.isdigit() else self.known[name],)

    def output(self) -> Shape | None:
        """The output's shape; None where the layer's rule does not accept all this."""
        try:
            return self.layer.shape_rule(*self.shapes, **self.attributes)
        except SpecError:
            return None

    def accepted(self) -> bool:
        """Whether the layer's rule accepts all this."""
        return self.output() is not None

    def accepts(self, shapes: tuple[Shape | None, ...]) -> bool:
        """Whether the layer accepts these shapes in place of its own."""
        try:
            self.layer.out_shape(*shapes, **self.attributes)
        except SpecError:
            return False
        return True


def begin(
    layer: Layer, layouts: tuple[tuple[str, ...], ...], place: int, given: Shape | None
) -> Draft:
    """Attributes that fit where any do; the axes of the operand whose shape is given."""
    draft = Draft(layer, layouts)
    for name, one in layer.attributes.items():
        draft.attributes[name] = LEAST.get(
            one.kind, None if one.default is REQUIRED else one.default
        )
    if given is not None:
        names = [name for name in layouts[place] if name != ANY]
        draft.known.update(zip(names, given, strict=False))
        draft.known[ANY] = given[len(names) :]
    return draft
