"""Layers that work on single values; powers of e to 700 bits."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

Array = np.ndarray

BITS = 700


def numbers(*shape: int) -> Array:
    """An empty array for exact numbers: Fractions, mpmath's, or floats that nothing rounded."""
    return np.empty(shape, dtype=object)


def total(terms: list[float]) -> Fraction:
    """The exact sum, over the largest of the terms' denominators, which are powers of two."""
    ratios = [term.as_integer_ratio() for term in terms]
    common = max((denominator for _, denominator in ratios), default=1)
    return Fraction(sum(n * (common // denominator) for n, denominator in ratios), common)


def each(function: Callable[..., Any], *inputs: Array) -> Array:
    """The function at every element of arrays of the same shape."""
    output = numbers(*inputs[0].shape)
    with mpmath.workprec(BITS):
        for index in np.ndindex(output.shape):
            output[index] = function(*(mpmath.mpf(float(values[index])) for values in inputs))
    return output


def relu(input: Array) -> Array:
    """The value where it is positive, else 0."""
    return each(lambda x: x if x > 0 or math.isnan(x) else 0.0, input)


def leaky_relu(input: Array, *, negative_slope: float) -> Array:
    """The value where it is positive, else the slope times it."""
    return each(lambda x: x if x > 0 else negative_slope * x, input)


def elu(input: Array, *, alpha: float) -> Array:
    """The value where it is positive, else α·(eˣ − 1)."""
    return each(lambda x: x if x > 0 else alpha * mpmath.expm1(x), input)


def tanh(input: Array) -> Array:
    """The odd part of eˣ over its even part."""
    return each(lambda x: mpmath.expm1(2 * x) / (mpmath.exp(2 * x) + 1), input)


def sigmoid(input: Array) -> Array:
    """One over one and e⁻ˣ."""
    return each(lambda x: 1 / (1 + mpmath.exp(-x)), input)


def add(a: Array, b: Array) -> Array:
    """The sum of two values."""
    return each(lambda x, y: x + y, a, b)


def mul(a: Array, b: Array) -> Array:
    """The product of two values, of arrays with any axes that are missing or 1 long repeated."""
    return each(lambda x, y: x * y, *np.broadcast_arrays(a, b))


def scale_shift(input: Array, scale: Array, shift: Array) -> Array:
    """Every value times one factor, plus its unit's offset."""
    factor, offset = np.full_like(input, scale[0]), np.repeat(shift, len(input), axis=0)
    return each(lambda x, a, b: a * x + b, input, factor, offset)


LAYERS = (relu, leaky_relu, elu, tanh, sigmoid, scale_shift, add, mul)
