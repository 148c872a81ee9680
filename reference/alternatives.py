"""Answers that are a choice, carried through the layers that follow.

A maximum beside NaN is NaN or the maximum of the rest, the nearest of two pixels is either: an
operand then lists `choices`, of which a kernel takes one for each element. What it computes from
them is a choice again, or, where sums mix several elements, lies in between.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from .layer import Array, Enclosure, Layer

Operands = tuple[Enclosure | None, ...]
Enclose = Callable[[Operands], Enclosure]


def chosen(operands: Operands) -> int | None:
    """The place of the first operand whose value is a choice."""
    places = (k for k, o in enumerate(operands) if o is not None and o.choices is not None)
    return next(places, None)


def enclose_choices(layer: Layer, operands: Operands, place: int, enclose: Enclose) -> Enclosure:
    """What the layer gives for any choice of the operand at `place`; enclose(operands) for one.

    Where each element of the output comes from one of the operand, every choice is computed apart.
    """
    given = operands[place]
    assert given is not None
    separate = layer.moves or layer.per == "element"
    several = alternatives(given) if separate else worlds(given)
    return united([enclose((*operands[:place], one, *operands[place + 1 :])) for one in several])


def alternatives(given: Enclosure) -> Iterator[Enclosure]:
    """The operand's value, and each of its choices, without the others."""
    yield replace(given, choices=None)
    assert given.choices is not None
    for choice in given.choices:
        yield Enclosure(choice, given.bound)


def worlds(given: Enclosure) -> list[Enclosure]:
    """The operand with each NaN that is one of an element's choices kept, or passed over.

    Choices of numbers are enclosed: the bound reaches from the value to the farthest of them.
    """
    assert given.choices is not None
    every = np.concatenate([given.value[np.newaxis], given.choices])
    missing = np.isnan(every)
    first = np.argmin(missing, axis=0)[np.newaxis]  # the first that is a number, if any is
    number = np.where(missing[0], np.take_along_axis(every, first, axis=0)[0], given.value)
    with np.errstate(invalid="ignore"):
        apart = np.where(missing | (every == number), 0.0, np.abs(every - number)).max(axis=0)
    passed = Enclosure(number, given.radius + apart)
    mixed = missing.any(axis=0) & ~missing.all(axis=0)
    if not mixed.any():
        return [passed]
    kept = [np.where(missing[0], np.nan, number), np.where(missing.any(axis=0), np.nan, number)]
    different = kept if (missing[0] != missing.any(axis=0)).any() else kept[:1]
    return [*(Enclosure(value, passed.bound) for value in different), passed]


def united(found: list[Enclosure]) -> Enclosure:
    """One enclosure that admits what any of them does, element by element; the first's value.

    Its bound is the largest: that of a NaN says nothing.
    """
    first, *others = found
    bound = first.radius
    for one in others:
        bound = np.fmax(bound, one.radius)
    every = [*(one.value for one in others), *admitted(found)]
    return Enclosure(first.value, bound, np.stack(every) if every else None)


def admitted(found: Iterable[Enclosure]) -> Iterator[Array]:
    """The choices of each."""
    for one in found:
        yield from () if one.choices is None else one.choices
