"""Wrong conventions that follow from an attribute's kind: inverted, another one, another axis."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from clgold.reference import Enclosure, Layer
from clgold.reference.attributes import Attribute

from ..rearrange import orders
from .cause import Link, Recompute, Row
from .wrongly import again, moved, with_attributes

# A window more is seen in the output's shape, not in its numbers; and one number shows nothing.
SHAPING = ("ceil_mode", "flat")
ONE_NUMBER = "()"
AXES = {1: "another axis", 2: "the axis after next", -1: "dim: the axis before"}


def attribute_rows(layer: Layer) -> Iterator[Row]:
    """Every attribute of the layer taken for another."""
    for name, attribute in layer.attributes.items():
        heed = f"use the {name} that is given"
        if attribute.kind == "flag" and name not in SHAPING:
            flip = with_attributes(partial(inverted, name))
            yield f"{name} inverted", f"{name} inverted", heed, flip
        values: tuple[Any, ...] = (*attribute.options, *attribute.others)
        for value in values if tells(layer, attribute) else ():
            words = value if isinstance(value, str) else written(value)
            take = with_attributes(partial(instead, name, value))
            yield f"{name} {words}", f"{name} {words}, whatever is given", heed, take
        if attribute.kind == "axis":
            for step, words in AXES.items():
                says = f"{words.removeprefix('dim: ')} in place of {name}"
                yield words, says, f"run along {name}", along(name, step)
        if attribute.kind == "axes":
            yield from order_rows()


def tells(layer: Layer, attribute: Attribute) -> bool:
    """Whether a result shows that another number or word was taken."""
    chosen = attribute.kind == "choice" and layer.output != ONE_NUMBER
    return chosen or attribute.kind == "number"


def written(number: float) -> str:
    """1e-3, not 0.001 nor 1e-03."""
    return f"{number:.0e}".replace("e-0", "e-") if 0 < number < 0.1 else f"{number:g}"


def inverted(name: str, **given: Any) -> dict[str, Any]:
    return {name: not given[name]}


def instead(name: str, value: Any, **given: Any) -> dict[str, Any] | None:
    return None if given[name] == value else {name: value}


def along(name: str, step: int) -> Recompute:
    """The layer along another axis, in the places of the right one."""

    def recompute(link: Link) -> Enclosure | None:
        own, first = link.attributes[name], link.operands[0]
        assert first is not None
        other = (own + step) % first.value.ndim
        return None if other == own else reshaped(again(link, **{name: other}), link.shape)

    return recompute


def reshaped(one: Enclosure, shape: tuple[int, ...]) -> Enclosure | None:
    """The values in another shape's places; None where they are more or fewer."""
    if one.value.size != np.prod(shape, dtype=int):
        return None
    choices = None if one.choices is None else one.choices.reshape(-1, *shape)
    found = moved(one, lambda y: y.reshape(shape))
    return Enclosure(found.value, found.bound, choices)


def order_rows() -> Iterator[Row]:
    """permute with its axes in every other order."""
    change = "axis k of the result is axis dims[k] of the input"
    named: tuple[tuple[str, str, Callable[[tuple[int, ...]], tuple[int, ...]]], ...] = (
        ("inverse order", "the inverse order: axis dims[k] is axis k", inverse),
        ("left in place", "values left in place", lambda dims: tuple(sorted(dims))),
        ("axes reversed", "all axes in reverse", lambda dims: tuple(sorted(dims)[::-1])),
    )
    for name, says, order in named:
        yield name, says, change, ordered(order)
    for count in (4, 3, 2):
        for own in orders(count):
            says = f"the result's axes in the order {own}"
            name = f"axes: {' '.join(map(str, own))}"
            yield name, says, change, ordered(partial(composed, own))


def inverse(dims: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(k) for k in np.argsort(dims))


def composed(order: tuple[int, ...], dims: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dims[k] for k in order) if len(order) == len(dims) else dims


def ordered(order: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Recompute:
    """The axes in another order, the values in the right result's places."""

    def recompute(link: Link) -> Enclosure | None:
        first, axes = link.operands[0], order(link.attributes["dims"])
        if first is None or axes == link.attributes["dims"]:
            return None
        return moved(first, lambda x: x.transpose(axes).reshape(link.shape))

    return recompute
