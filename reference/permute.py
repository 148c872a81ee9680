"""The same values with the axes in another order."""

from fractions import Fraction
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .pointwise import flush_error
from .profile import Profile
from .spec import Shape, SpecError, axis


def permute(input: Array, dims: tuple[int, ...]) -> Array:
    """Axis k of the result is axis dims[k] of the input.

    input of any shape, float32 → its lengths in the order of `dims`, float64. dims name every axis
    once; −1 is the last. Raises SpecError. As torch.permute.
    """
    return evaluate(PERMUTE, (input,), {"dims": dims})


def attributes(dims: Any) -> Attributes:
    if not isinstance(dims, tuple | list):
        raise SpecError(f"permute: dims is {dims!r}, expected the axes in their new order")
    counted = tuple(axis("permute", dim, len(dims)) for dim in dims)
    if len(set(counted)) < len(counted):
        raise SpecError(f"permute: dims is {tuple(dims)}, expected every axis once")
    return {"dims": counted}


def shape_rule(input: Shape, *, dims: tuple[int, ...]) -> Shape:
    if 0 in input:
        raise SpecError(f"permute: input has shape {input}; every axis must be at least 1 long")
    if len(dims) != len(input):
        raise SpecError(f"permute: dims {dims} order {len(dims)} axes, input has {len(input)}")
    return tuple(input[dim] for dim in dims)


def formula(input: Array, *, dims: tuple[int, ...]) -> Array:
    return np.transpose(input, dims)


def error(profile: Profile, value: Array, input: Enclosure, *, dims: tuple[int, ...]) -> Array:
    """Exact."""
    radius = np.transpose(input.radius, dims)
    return radius + flush_error(profile, value, radius)


def exact(index: tuple[int, ...], input: Array, *, dims: tuple[int, ...]) -> Fraction:
    at = [0] * len(dims)
    for place, dim in zip(index, dims, strict=True):
        at[dim] = place
    return Fraction(float(input[tuple(at)]))


PERMUTE = Layer(
    name="permute",
    operands=("input",),
    forward=permute,
    attributes=attributes,
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    exact=exact,
)
