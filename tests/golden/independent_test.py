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
from definitions.values import BITS

import clgold.reference
from clgold.golden.archive import npy
from clgold.golden.cases import Case
from clgold.golden.fixtures import Source, Spec, specs
from clgold.golden.store import FOLDER, read
from clgold.reference.question import flat, resolve

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
    if values.dtype.kind == "i":
        return values
    return np.array([nearest(value) for value in values.flat], F).reshape(values.shape)


def beyond_ties(values: Array) -> Array:
    """Numbers that 700 bits round to a tie, though they are a little less: x − m − ln(1 + Σ)."""
    with mpmath.workprec(BITS):
        return values * (1 + mpmath.mpf(2) ** -600)


def from_definitions(source: Source) -> Array:
    """The output by the definitions alone, rounded after every layer."""
    operands = list(source.operands)
    shapes = tuple(None if o is None else o.shape for o in operands)
    complete = flat(source.chain, resolve(source.chain, shapes, source.attributes)[0])
    layers = source.layer.split("+")
    if len(layers) == 1:
        values = EXACT[source.layer](*operands, **complete)
        return rounded(beyond_ties(values) if source.layer == "log_softmax" else values)
    last: Array | None = None
    for layer in layers:
        parameters = inspect.signature(EXACT[layer]).parameters.values()
        count = sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters)
        own, operands = (
            operands[: count - (last is not None)],
            operands[count - (last is not None) :],
        )
        if last is not None:  # the sampler's grid comes second
            own = [*own, last] if layer == "grid_sample" else [last, *own]
        last = rounded(EXACT[layer](*own, **complete[layer]))
    assert last is not None
    return last


def confirms(spec: Spec) -> bool:
    """Whether the definitions give the very bits that are stored, where they can say."""
    expected = STORE.outputs[spec.identity]
    try:
        found = from_definitions(spec.source)
    except UNDEFINED:
        return isinstance(spec.source, Case) and spec.source.probe == "special"
    return found.shape == expected.shape and npy(found.astype(expected.dtype)) == npy(expected)


LAYERS = sorted({spec.source.layer for spec in STORED})


@pytest.mark.parametrize("layer", LAYERS)
def test_the_definitions_give_the_bits_of_a_sample(layer: str) -> None:
    """One fixture for each probe."""
    cases = [s for s in STORED if s.source.layer == layer and isinstance(s.source, Case)]
    sample = {spec.source.probe: spec for spec in cases if isinstance(spec.source, Case)}
    assert {"exact", "real"} <= set(sample)
    assert [str(spec.source) for spec in sample.values() if not confirms(spec)] == []


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS)
def test_the_definitions_give_the_bits_of_every_small_fixture(layer: str) -> None:
    chosen = [spec for spec in STORED if spec.source.layer == layer]
    assert [str(spec.source) for spec in chosen if not confirms(spec)] == []


def test_every_layer_has_stored_fixtures() -> None:
    assert {layer.name for layer in clgold.reference.LAYERS} <= set(LAYERS)
