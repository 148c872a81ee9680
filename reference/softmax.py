"""Softmax."""

from fractions import Fraction
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .profile import Profile
from .rounding import Exact, inside
from .spec import Shape, SpecError


def softmax(input: Array, dim: int) -> Array:
    """y_i = e^(x_i − m) / Σ_j e^(x_j − m), m the largest x along `dim`, which must not overflow.

    input of any shape, float32 → the same shape, float64, in [0, 1]. Raises SpecError.
    As torch.nn.functional.softmax.
    """
    return evaluate(SOFTMAX, (input,), {"dim": dim})


def attributes(dim: Any) -> Attributes:
    return {"dim": dim}  # made non-negative once the number of axes is known


def shape_rule(input: Shape, *, dim: int) -> Shape:
    if not input or 0 in input:
        raise SpecError(f"softmax: input has shape {input}; every axis must be at least 1 long")
    return input


def formula(input: Array, *, dim: int) -> Array:
    powers = np.exp(input - input.max(axis=dim, keepdims=True))
    return powers / powers.sum(axis=dim, keepdims=True)


def error(profile: Profile, value: Array, input: Enclosure, *, dim: int) -> Array:
    """The reach of a rigorous enclosure (docs/error-bounds.md).

    Each z = x − m is rounded once, each exponential is off by E, the sum by γ_(n−1), the
    quotient by D. A sum kept relative to a running maximum is rescaled up to n − 1 times, each
    time by an exponential and a product. Errors of the inputs, at most B along the row, move a
    probability by a factor within e^(±2B).
    """
    u, n = profile.u, input.value.shape[dim]
    z = input.value - input.value.max(axis=dim, keepdims=True)
    exponential, quotient = profile.exp(z), profile.ulps(profile.divide)
    rescaled = (n - 1) * (float(np.max(exponential)) + u)
    total = profile.gamma(n - 1) + rescaled * (1 + 2 * rescaled)
    larger = (np.exp(z * (1 - u)) * (1 + exponential)).sum(axis=dim, keepdims=True)
    smaller = (np.exp(z * (1 + u)) * (1 - exponential)).sum(axis=dim, keepdims=True)
    low = np.exp(z * (1 + u)) * (1 - exponential) * (1 - quotient) / (larger * (1 + total))
    high = np.exp(z * (1 - u)) * (1 + exponential) * (1 + quotient) / (smaller * (1 - total))
    if not input.exact:
        reach = 2 * input.radius.max(axis=dim, keepdims=True)
        low, high = low * np.exp(-reach), np.minimum(high * np.exp(reach), 1 + total)
    bound = np.maximum(high - value, value - low) + value * 2.0**-48
    tiny = profile.smallest_normal
    flushed = np.where(np.minimum(np.exp(z), low) < 2 * tiny, 2 * tiny * (1 + 4 * exponential), 0.0)
    return bound + flushed


def exact(index: tuple[int, ...], input: Array, *, dim: int) -> Exact:
    """1/n for n equal values; other quotients of sums of powers of e are irrational (Lindemann)."""
    row = np.moveaxis(input, dim, 0)[(slice(None), *index[:dim], *index[dim + 1 :])]
    powers = [Fraction(float(x)) for x in row if x != -np.inf]
    x = float(input[index])
    if x == -np.inf:
        return Fraction(0)
    if len(set(powers)) == 1:
        return Fraction(1, len(powers))
    return lambda c: 1 / sum(c.exp(inside(c, other - Fraction(x))) for other in powers)


SOFTMAX = Layer(
    name="softmax",
    operands=("input",),
    forward=softmax,
    attributes=attributes,
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    exact=exact,
)
