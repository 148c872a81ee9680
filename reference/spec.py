"""What a layer accepts: the error it raises otherwise, and the argument checks layers share."""

import math
from collections.abc import Sequence

import numpy as np

Shape = tuple[int, ...]
Pair = tuple[int, int]
Padding = tuple[Pair, Pair]


class SpecError(ValueError):
    """Arguments that no layer is defined for; raised before any arithmetic, as a sentence."""


class InputError(ValueError):
    """A file or value of the user's that cannot be used, as a sentence."""


def integer(layer: str, name: str, value: object, minimum: int) -> int:
    """`value` as an int of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise SpecError(f"{layer}: {name} is {value!r}, expected an integer")
    if value < minimum:
        raise SpecError(f"{layer}: {name} is {value}, expected at least {minimum}")
    return int(value)


def number(layer: str, name: str, value: object) -> float:
    """`value` as a finite float."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise SpecError(f"{layer}: {name} is {value!r}, expected a number")
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise SpecError(f"{layer}: {name} is {value}, expected a finite number")
    return float(value)


def boolean(layer: str, name: str, value: object) -> bool:
    """`value` as a bool."""
    if not isinstance(value, bool | np.bool_):
        raise SpecError(f"{layer}: {name} is {value!r}, expected True or False")
    return bool(value)


def choice(layer: str, name: str, value: object, options: Sequence[str]) -> str:
    """`value`, which must be one of `options`."""
    if not isinstance(value, str) or value not in options:
        raise SpecError(f"{layer}: {name} is {value!r}, expected one of {', '.join(options)}")
    return str(value)


def pair(layer: str, name: str, value: object, minimum: int) -> Pair:
    """An int, meaning both axes, or a pair (vertical, horizontal), as a pair."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise SpecError(f"{layer}: {name} has {len(value)} values, expected an int or a pair")
        vertical, horizontal = value
        return (
            integer(layer, f"{name}[0]", vertical, minimum),
            integer(layer, f"{name}[1]", horizontal, minimum),
        )
    both = integer(layer, name, value, minimum)
    return both, both


def padding_pairs(layer: str, name: str, value: object) -> Padding:
    """An int, a pair, or ((top, bottom), (left, right)), as the last."""
    if isinstance(value, tuple | list) and any(isinstance(v, tuple | list) for v in value):
        if len(value) != 2:
            raise SpecError(
                f"{layer}: {name} is {value!r}, expected ((top, bottom), (left, right))"
            )
        return pair(layer, f"{name}[0]", value[0], 0), pair(layer, f"{name}[1]", value[1], 0)
    vertical, horizontal = pair(layer, name, value, 0)
    return (vertical, vertical), (horizontal, horizontal)


def axis(layer: str, name: str, value: object, ndim: int) -> int:
    """An axis counted from the front, for an operand of `ndim` axes; −1 is the last axis."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise SpecError(f"{layer}: {name} is {value!r}, expected an integer")
    if not -ndim <= value < ndim:
        raise SpecError(
            f"{layer}: {name} is {value}, expected {-ndim} to {ndim - 1} for {ndim} axes of input"
        )
    return int(value) % ndim


def order(layer: str, name: str, value: object) -> Shape:
    """Every axis once, counted from the front."""
    if not isinstance(value, tuple | list):
        raise SpecError(f"{layer}: {name} is {value!r}, expected the axes in their new order")
    counted = tuple(axis(layer, name.removesuffix("s"), dim, len(value)) for dim in value)
    if len(set(counted)) < len(counted):
        raise SpecError(f"{layer}: {name} is {tuple(value)}, expected every axis once")
    return counted


def sizes(layer: str, name: str, value: object, axes: tuple[str, ...]) -> Shape:
    """One length, at least 1, for each of these axes."""
    if not isinstance(value, tuple | list) or len(value) != len(axes):
        raise SpecError(f"{layer}: {name} is {value!r}, expected ({', '.join(axes)})")
    pairs = zip(axes, value, strict=True)
    return tuple(integer(layer, f"{name}'s {axis}", length, 1) for axis, length in pairs)


def lengths(layer: str, name: str, value: object) -> Shape:
    """The lengths, at least 1, of any number of axes."""
    if not isinstance(value, tuple | list):
        raise SpecError(f"{layer}: {name} is {value!r}, expected the lengths of the axes")
    return tuple(integer(layer, f"{name}[{k}]", length, 1) for k, length in enumerate(value))


def axes(layer: str, operand: str, shape: Shape, *names: str) -> None:
    """Refuse an operand whose axes are none of `names` ("N C H W", "N C ..."), or are empty."""
    layouts = [layout.split() for layout in names]
    wanted = " or ".join(f"({', '.join(layout)})" for layout in layouts).replace("...", "…")
    if layouts[0] != ["..."] and "..." in layouts[0]:
        if len(shape) < len(layouts[0]) - 1 or 0 in shape:
            raise SpecError(
                f"{layer}: {operand} has shape {shape}, expected {wanted}, every axis at least "
                "1 long"
            )
    elif layouts[0] != ["..."] and len(shape) not in map(len, layouts):
        raise SpecError(
            f"{layer}: {operand} has {len(shape)} axes, shape {shape}, expected {wanted}"
        )
    if 0 in shape:
        raise SpecError(f"{layer}: {operand} has shape {shape}; every axis must be at least 1 long")


def vector(layer: str, operand: str, shape: Shape, length: int, unit: str | None) -> None:
    """Refuse an operand that does not hold one value per `unit`."""
    if shape != (length,):
        each = f", one value per {unit}" if unit else ""
        raise SpecError(f"{layer}: {operand} has shape {shape}, expected ({length},){each}")
