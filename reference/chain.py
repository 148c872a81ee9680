"""Layers one after another: a fused kernel's reference is the composition of its layers.

A chain is written "conv2d+max_pool2d+elu". Each layer's output is the next one's first operand,
or the one that bears the output's name (affine_grid's grid). The chain's operands are those left
open, in order; its attributes are one mapping per layer, under the layer's name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, check_operands, enclose
from .profile import Profile
from .spec import Shape, SpecError


@dataclass(frozen=True)
class Chain:
    """Layers in order; `inner[k]` is the place among layer k's operands of its predecessor's."""

    layers: tuple[Layer, ...]
    inner: tuple[int, ...]

    @property
    def name(self) -> str:
        return "+".join(layer.name for layer in self.layers)

    @property
    def operands(self) -> tuple[str, ...]:
        """The open operands' names."""
        return tuple(
            name
            for k, layer in enumerate(self.layers)
            for place, name in enumerate(layer.operands)
            if k == 0 or place != self.inner[k]
        )

    @property
    def dtype(self) -> type:
        return self.layers[-1].dtype


def make_chain(layers: tuple[Layer, ...]) -> Chain:
    """The chain of these layers, each at most once."""
    names = [layer.name for layer in layers]
    if len(set(names)) < len(names):
        raise SpecError(f"{'+'.join(names)}: a chain holds each layer once")
    inner = [0]
    for before, layer in pairwise(layers):
        named = before.result in layer.operands
        inner.append(layer.operands.index(before.result) if named else 0)
    return Chain(layers, tuple(inner))


def per_layer(chain: Chain, given: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """One mapping of attributes for each layer; a chain of one layer takes its own directly."""
    if len(chain.layers) == 1:
        return {chain.layers[0].name: given}
    names = [layer.name for layer in chain.layers]
    unknown = set(given) - set(names)
    if unknown:
        raise SpecError(f"{chain.name}: attributes for {', '.join(sorted(unknown))}, no such layer")
    return {name: given.get(name, {}) for name in names}


def steps(
    chain: Chain, operands: tuple[Any, ...]
) -> Iterator[tuple[Layer, tuple[Any, ...], tuple[Any, ...]]]:
    """Each layer with its open operands, those before and those after its predecessor's output."""
    if len(chain.layers) == 1:
        yield chain.layers[0], (), chain.layers[0].complete(operands)
        return
    rest = list(operands)
    if len(rest) != len(chain.operands):
        expected = ", ".join(chain.operands)
        raise SpecError(f"{chain.name}: {len(rest)} operands given, expected {expected}")
    for k, layer in enumerate(chain.layers):
        count = len(layer.operands) - (k > 0)
        own, rest = rest[:count], rest[count:]
        place = 0 if k == 0 else chain.inner[k]
        yield layer, tuple(own[:place]), tuple(own[place:])


def resolve(
    chain: Chain, shapes: tuple[Shape | None, ...], given: Mapping[str, Any]
) -> tuple[Attributes, list[Shape]]:
    """Every layer's attributes, normalised, and the shape of every layer's output.

    The attributes of a chain of one layer are that layer's own, else one mapping per layer.
    """
    attributes = per_layer(chain, given)
    outputs: list[Shape] = []
    complete: Attributes = {}
    for layer, before, after in steps(chain, shapes):
        arguments = (*before, outputs[-1], *after) if outputs else after
        complete[layer.name], shape = layer.resolve(arguments, attributes[layer.name])
        outputs.append(shape)
    return (complete if len(chain.layers) > 1 else complete[chain.name]), outputs


def enclose_chain(
    chain: Chain,
    operands: tuple[Enclosure | None, ...],
    given: Mapping[str, Any],
    profile: Profile,
) -> dict[str, Enclosure]:
    """The enclosure of every layer's output, by the layer's name; the chain's is the last."""
    attributes = per_layer(chain, given)
    results: dict[str, Enclosure] = {}
    last: Enclosure | None = None
    for layer, before, after in steps(chain, operands):
        arguments = after if last is None else (*before, last, *after)
        last = enclose(layer, arguments, attributes[layer.name], profile)
        results[layer.name] = last
    return results


def given_exactly(chain: Chain, operands: tuple[Array | None, ...]) -> tuple[Enclosure | None, ...]:
    """float32 operands as enclosures without error; SpecError for any other dtype."""
    for layer, before, after in steps(chain, operands):
        own = before + after
        names = layer.names(len(own))
        if len(own) < len(names):
            place = len(before)
            names = names[:place] + names[place + 1 :]
        check_operands(layer, names, own)
    return tuple(None if o is None else Enclosure(o.astype(np.float64)) for o in operands)
