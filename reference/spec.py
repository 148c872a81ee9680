"""What a layer accepts: the error it raises otherwise, and the argument checks layers share."""

import math
from collections.abc import Sequence

import numpy as np

Shape = tuple[int, ...]
Pair = tuple[int, int]
Padding = tuple[Pair, Pair]


class SpecError(ValueError):
    """Arguments that no layer is defined for; raised before any arithmetic, as a sentence."""


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


def padding_pairs(layer: str, value: object) -> Padding:
    """An int, a pair, or ((top, bottom), (left, right)), as the last."""
    if isinstance(value, tuple | list) and any(isinstance(v, tuple | list) for v in value):
        if len(value) != 2:
            raise SpecError(
                f"{layer}: padding is {value!r}, expected ((top, bottom), (left, right))"
            )
        return (
            pair(layer, "padding[0]", value[0], 0),
            pair(layer, "padding[1]", value[1], 0),
        )
    vertical, horizontal = pair(layer, "padding", value, 0)
    return (vertical, vertical), (horizontal, horizontal)


def axis(layer: str, value: object, ndim: int) -> int:
    """`dim` counted from the front, for an operand of `ndim` axes; −1 is the last axis."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise SpecError(f"{layer}: dim is {value!r}, expected an integer")
    if not -ndim <= value < ndim:
        raise SpecError(
            f"{layer}: dim is {value}, expected {-ndim} to {ndim - 1} for {ndim} axes of input"
        )
    return int(value) % ndim


def axes(layer: str, operand: str, shape: Shape, *names: str) -> None:
    """Refuse an operand whose number of axes differs from every one of `names` ("N C H W", …)."""
    if len(shape) not in {len(layout.split()) for layout in names}:
        expected = " or ".join(f"({', '.join(layout.split())})" for layout in names)
        raise SpecError(
            f"{layer}: {operand} has {len(shape)} axes, shape {shape}, expected {expected}"
        )
    if 0 in shape:
        raise SpecError(f"{layer}: {operand} has shape {shape}; every axis must be at least 1 long")


def vector(layer: str, operand: str, shape: Shape | None, length: int, unit: str) -> None:
    """Refuse an operand, unless absent, that does not hold one value per `unit`."""
    if shape is not None and shape != (length,):
        raise SpecError(
            f"{layer}: {operand} has shape {shape}, expected ({length},), one value per {unit}"
        )
