"""The stored fixtures against tests/definitions: loops and exact numbers, no code of the reference.

What is shared is what makes a case: its inputs, and the rule that completes its attributes.
"""

import inspect
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from definitions import EXACT

from clgold.golden.fixtures import Source, specs
from clgold.golden.store import FOLDER, read
from clgold.reference.chain import resolve

Array = np.ndarray
F = np.float32
TINY = -4000  # powers of two below this only say on which side of a float32 a number lies

STORE = read(FOLDER)
STORED = [spec for spec in specs() if spec.identity in STORE.outputs]
# Sums and powers of numbers that are not finite are defined by IEEE 754, not by exact arithmetic.
UNDEFINED = (ValueError, OverflowError, ZeroDivisionError, StopIteration)


def as_fraction(value: Any) -> Fraction:
    if not isinstance(value, mpmath.mpf):
        return Fraction(value) if isinstance(value, Fraction | int) else Fraction(float(value))
    mantissa, exponent = value.man_exp
    magnitude = Fraction(int(mantissa)) * Fraction(2) ** max(int(exponent), TINY)
    return -magnitude if value < 0 < mantissa else magnitude


def nearest(value: Any) -> np.float32:
    """The nearest float32, the even one of two: found among the neighbours of a rough guess."""
    if math.isnan(value):
        return F(np.nan)
    if math.isinf(value):
        return F(value)
    exact = as_fraction(value)
    with np.errstate(over="ignore"):
        rough = F(float(exact)) if abs(exact) < Fraction(2) ** 129 else F(np.sign(exact) * np.inf)
        candidates = {rough, np.nextafter(rough, F(-np.inf)), np.nextafter(rough, F(np.inf))}

    def badness(y: np.float32) -> tuple[Fraction, int]:
        place = Fraction(float(y)) if np.isfinite(y) else Fraction(2) ** 128 * int(np.sign(y))
        return abs(place - exact), int(y.view(np.uint32) & 1)

    return min(candidates, key=badness) + F(0)  # no negative zero


def rounded(values: Array) -> Array:
    if values.dtype != object:
        return values
    return np.array([nearest(value) for value in values.flat], F).reshape(values.shape)


def from_definitions(source: Source) -> Array:
    """The output by the definitions alone, rounded after every layer."""
    operands = list(source.operands)
    shapes = tuple(None if o is None else o.shape for o in operands)
    complete, _ = resolve(source.chain, shapes, source.attributes)
    layers = source.layer.split("+")
    if len(layers) == 1:
        return rounded(EXACT[source.layer](*operands, **complete))
    last: Array | None = None
    for layer in layers:
        parameters = inspect.signature(EXACT[layer]).parameters.values()
        count = sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters)
        own, operands = operands[: count - (last is not None)], operands[count - (last is not None):]
        if last is not None:  # the sampler's grid comes second
            own = [*own, last] if layer == "grid_sample" else [last, *own]
        last = rounded(EXACT[layer](*own, **complete[layer]))
    assert last is not None
    return last


def confirm(source: Source, expected: Array) -> bool:
    found = from_definitions(source)
    return np.array_equal(found.astype(expected.dtype).view(np.uint8), expected.view(np.uint8))
