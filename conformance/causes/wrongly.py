"""Ways to compute a layer otherwise, each with the bound that holds for it.

Where a wrong convention is the right layer with other operands or attributes, the layer's own
bound is that of the wrong result. Where it is another formula, ROUNDINGS of the formula's own
magnitude are allowed: a few times what the handful of operations and functions in it may cost.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array, enclose
from clgold.reference.pointwise import flush_error

from .cause import Link, Recompute

ROUNDINGS = 64

Rearrange = Callable[[Array], Array]


def moved(one: Enclosure, rearrange: Rearrange) -> Enclosure:
    """The values and their bounds in other places."""
    bound = None if one.bound is None else rearrange(one.bound)
    return Enclosure(rearrange(one.value), bound)


def again(link: Link, *operands: Enclosure | None, **attributes: Any) -> Enclosure:
    """The layer on these operands, or its own if there are none, with other attributes.

    Where few filters suffice, of those alone: causes rearrange all weights before.
    """
    given = link.attributes | attributes
    operands = sufficient(link, operands or link.operands)
    return enclose(link.layer, operands, given, link.profile)


def sufficient(link: Link, operands: tuple[Enclosure | None, ...]) -> tuple[Enclosure | None, ...]:
    """The operands with the weights and biases of the filters that suffice."""
    if link.chosen is None:
        return operands
    return tuple(
        Enclosure(o.value[link.chosen]) if o is not None and name in link.layer.weights else o
        for name, o in zip(link.layer.operands, link.layer.complete(operands), strict=True)
    )


def with_operand(place: int, change: Callable[..., Array | None]) -> Recompute:
    """The layer with change(values, **attributes) for the operand at that place, if present."""

    def recompute(link: Link) -> Enclosure | None:
        operands = list(link.operands)
        one = operands[place]
        if one is None:
            return None
        values = change(one.value, **link.attributes)
        if values is None:
            return None
        operands[place] = Enclosure(values)
        return again(link, *operands)

    return recompute


def with_input(rearrange: Callable[..., Array | None]) -> Recompute:
    """The layer with its first operand rearranged, the bounds too."""

    def recompute(link: Link) -> Enclosure | None:
        first, *rest = link.operands
        assert first is not None
        value, bound = rearrange(first.value), rearrange(first.radius)
        return None if value is None else again(link, Enclosure(value, bound), *rest)

    return recompute


def with_attributes(change: Callable[..., dict[str, Any] | None]) -> Recompute:
    """The layer with the attributes that change(**attributes) gives in place of its own."""

    def recompute(link: Link) -> Enclosure | None:
        given = change(**link.attributes)
        return None if given is None else again(link, **given)

    return recompute


def result(rearrange: Rearrange) -> Recompute:
    """The right result in other places, or with others left out."""
    return lambda link: moved(link.right, rearrange)


def then(change: Rearrange) -> Recompute:
    """A function of the right result that is nowhere steeper than 1."""
    return lambda link: Enclosure(change(link.right.value), link.right.radius)


def formula(change: Callable[..., Array | None]) -> Recompute:
    """Another formula: change(*operands, **attributes) → values.

    Its bound is ROUNDINGS of |y| and of what float32 operands move it by, and how far the first
    operand's own bound moves it.
    """

    def recompute(link: Link) -> Enclosure | None:
        own, *others = link.operands
        assert own is not None
        first, radius = own.value, own.radius
        rest = [None if o is None else o.value for o in others]
        value = change(first, *rest, **link.attributes)
        if value is None:
            return None
        moved_by = np.zeros_like(value)
        for sign in (-1.0, 1.0):
            aside = first + sign * (radius + link.profile.u * np.abs(first))
            near = change(aside, *rest, **link.attributes)
            assert near is not None
            moved_by = np.maximum(moved_by, np.nan_to_num(np.abs(near - value)))
        bound = ROUNDINGS * link.profile.u * np.abs(value) + 4 * moved_by
        bound = bound + flush_error(link.profile, value)
        return Enclosure(value, np.where(np.isnan(bound), 0.0, bound))

    return recompute
