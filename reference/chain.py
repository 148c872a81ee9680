"""Layers one after another: a fused kernel's reference is the composition of its layers.

A chain is written "conv2d+max_pool2d+elu". Each layer's output is the next one's first operand,
or the one that bears the output's name (affine_grid's grid), or that the layer says it takes. The
chain's operands are those left open, in order; its attributes are one mapping per layer, under the
layer's name.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .layer import Layer
from .operands import ANY, Operand
from .spec import SpecError


@dataclass(frozen=True)
class Chain:
    """Layers in order; `inner[k]` is the place among layer k's operands of its predecessor's."""

    layers: tuple[Layer, ...]
    inner: tuple[int, ...]

    @property
    def name(self) -> str:
        return "+".join(layer.name for layer in self.layers)

    def declared(self, count: int) -> tuple[tuple[str, Operand], ...]:
        """The open operands with their names; of a variadic layer `count` of them, numbered.

        Where an earlier layer has an operand of that name, the layer's stands before it.
        """
        if len(self.layers) == 1:
            return self.layers[0].declared(count)
        found: dict[str, Operand] = {}
        for k, layer in enumerate(self.layers):
            for place, operand in enumerate(layer.operands):
                if k == 0 or place != self.inner[k]:
                    second = operand.name in found
                    found[f"{layer.name}.{operand.name}" if second else operand.name] = operand
        return tuple(found.items())

    def names(self, count: int) -> tuple[str, ...]:
        """The open operands' names."""
        return tuple(name for name, _ in self.declared(count))

    @property
    def operands(self) -> tuple[str, ...]:
        """The open operands' names, a variadic one's once."""
        variadic = len(self.layers) == 1 and self.layers[0].variadic
        return (self.layers[0].operands[0].name,) if variadic else self.names(1)

    @property
    def dtype(self) -> type:
        return self.layers[-1].dtype

    def complete(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """The open operands, all there; of one layer alone optional ones may be left out."""
        if len(self.layers) == 1:
            return self.layers[0].complete(operands)
        if len(operands) != len(self.operands):
            expected = ", ".join(self.operands)
            raise SpecError(f"{self.name}: {len(operands)} operands given, expected {expected}")
        return operands


def given_rank(layer: Layer, place: int, taken: int | None) -> int | None:
    """How many axes a layer gives that takes so many in that place; None where that is open."""
    axes = layer.output.split()
    if axes == ["()"]:
        return 0
    if axes and ANY not in axes:
        return len(axes)
    moved = any(one.kind in ("axis", "shape") for one in layer.attributes.values())
    return None if place or (axes and moved) else taken


def make_chain(layers: tuple[Layer, ...]) -> Chain:
    """The chain of these layers, each at most once; SpecError where one cannot take another's."""
    names = [layer.name for layer in layers]
    if len(set(names)) < len(names):
        raise SpecError(f"{'+'.join(names)}: a chain holds each layer once")
    chain, inner, rank = "+".join(names), [0], given_rank(layers[0], 0, None)
    for before, layer in pairwise(layers):
        names = [operand.name for operand in layer.operands]
        taken = before.result if before.result in names else layer.takes or names[0]
        inner.append(names.index(taken))
        operand = layer.operands[inner[-1]]
        if rank is not None and not operand.layout(rank):
            takes = " or ".join(",".join(layout) for layout in operand.layouts)
            raise SpecError(f"{chain}: {before.name} gives {rank} axes, {layer.name} takes {takes}")
        rank = given_rank(layer, inner[-1], rank)
    return Chain(layers, tuple(inner))
