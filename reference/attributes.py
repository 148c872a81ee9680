"""Attributes by kind: each declares its default, and how what is given is checked and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import spec
from .spec import SpecError

REQUIRED: Any = object()  # the default of an attribute that has none


@dataclass(frozen=True)
class Attribute:
    """A number or a choice that a layer takes beside its operands.

    kind       window (the taps of its rows and columns), pair (steps), padding, flag, choice,
               number, count, axis (of the first operand), axes (their order), size (lengths of
               named axes), shape
    default    REQUIRED, or for a pair the name of the attribute whose value it takes
    normalise  (layer, name, given) → the value as the layer's functions take it; SpecError
    options    of a choice; the names of a size's axes
    others     of a number: the defaults of other libraries, and what else people write
    minimum    of numbers, the least; `below` is what they do not reach
    """

    kind: str
    default: Any
    normalise: Callable[[str, str, Any], Any]
    options: tuple[str, ...] = ()
    minimum: float | None = None
    others: tuple[float, ...] = ()
    below: float | None = None

    @property
    def strange(self) -> tuple[float, ...]:
        """A number that nobody's default is, and 1, which changes no factor, where they may be."""
        return tuple(one for one in (1.5, 1.0) if self.below is None or one < self.below)

    @property
    def large(self) -> bool:
        """Whether its numbers are as large as axes are."""
        return self.kind in ("window", "size") or (self.kind, self.default) == ("count", REQUIRED)


def window() -> Attribute:
    """How many taps a window has: an int, or (vertical, horizontal)."""
    return Attribute("window", REQUIRED, partial(spec.pair, minimum=1), minimum=1)


def pair(default: int | str = REQUIRED, minimum: int = 1) -> Attribute:
    """An int for both axes, or (vertical, horizontal)."""
    return Attribute("pair", default, partial(spec.pair, minimum=minimum), minimum=minimum)


def padding(default: int = 0) -> Attribute:
    """An int, a pair, or ((top, bottom), (left, right))."""
    return Attribute("padding", default, spec.padding_pairs, minimum=0)


def flag(default: bool) -> Attribute:
    """True or False."""
    return Attribute("flag", default, spec.boolean)


def choice(options: tuple[str, ...], default: str) -> Attribute:
    """One of several words."""
    return Attribute("choice", default, partial(spec.choice, options=options), options)


def number(
    default: float = REQUIRED,
    minimum: float | None = None,
    above: float | None = None,
    others: tuple[float, ...] = (),
    below: float | None = None,
) -> Attribute:
    """A finite number, at least `minimum`, more than `above`, less than `below`."""

    def normalise(layer: str, name: str, given: Any) -> float:
        value = spec.number(layer, name, given)
        if minimum is not None and value < minimum:
            raise SpecError(f"{layer}: {name} is {value}, expected at least {minimum:g}")
        if above is not None and value <= above:
            raise SpecError(f"{layer}: {name} is {value}, expected more than {above:g}")
        if below is not None and value >= below:
            raise SpecError(f"{layer}: {name} is {value}, expected less than {below:g}")
        return value

    least = above if minimum is None else minimum
    return Attribute("number", default, normalise, minimum=least, others=others, below=below)


def count(default: int = REQUIRED, minimum: int = 1) -> Attribute:
    """An integer, at least `minimum`."""
    return Attribute("count", default, partial(spec.integer, minimum=minimum), minimum=minimum)


def axis() -> Attribute:
    """An axis of the first operand; it is counted from the front once the operand is known."""
    return Attribute("axis", REQUIRED, lambda layer, name, given: given)


def axes() -> Attribute:
    """Every axis of the first operand once, in another order."""
    return Attribute("axes", REQUIRED, spec.order)


def size(names: str) -> Attribute:
    """Lengths of named axes."""
    options = tuple(names.split())
    return Attribute("size", REQUIRED, partial(spec.sizes, axes=options), options, minimum=1)


def shape() -> Attribute:
    """Lengths of any number of axes."""
    return Attribute("shape", REQUIRED, spec.lengths, minimum=1)


def normalised(
    layer: str, declared: Mapping[str, Attribute], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Every attribute, checked by itself; an axis as it is given."""
    unknown = set(given) - set(declared)
    if unknown:
        raise SpecError(f"{layer}: has no attribute {', '.join(sorted(unknown))}")
    missing = [n for n, one in declared.items() if one.default is REQUIRED and n not in given]
    if missing:
        raise SpecError(f"{layer}: {', '.join(missing)} is missing")
    complete: dict[str, Any] = {}
    for name, one in declared.items():
        value = given.get(name, one.default)
        if one.default in declared and value in (None, one.default):
            complete[name] = complete[one.default]
        else:
            complete[name] = one.normalise(layer, name, value)
    return complete
