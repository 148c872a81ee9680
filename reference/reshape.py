"""The same values in another shape."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .pointwise import flush_error
from .profile import Profile
from .spec import Shape, SpecError, integer


def reshape(input: Array, shape: Shape) -> Array:
    """The values of input in C order, in `shape`.

    input of any shape with as many values, float32 → shape, float64. Raises SpecError. As
    torch.reshape, which also takes one −1.
    """
    return evaluate(RESHAPE, (input,), {"shape": shape})


def attributes(shape: Any) -> Attributes:
    if not isinstance(shape, tuple | list):
        raise SpecError(f"reshape: shape is {shape!r}, expected the lengths of the axes")
    return {
        "shape": tuple(
            integer("reshape", f"shape[{k}]", length, 1) for k, length in enumerate(shape)
        )
    }


def shape_rule(input: Shape, *, shape: Shape) -> Shape:
    if 0 in input:
        raise SpecError(f"reshape: input has shape {input}; every axis must be at least 1 long")
    if math.prod(input) != math.prod(shape):
        raise SpecError(
            f"reshape: shape {shape} holds {math.prod(shape)} values, "
            f"input has {math.prod(input)} in {input}"
        )
    return shape


def formula(input: Array, *, shape: Shape) -> Array:
    return input.reshape(shape)


def error(profile: Profile, value: Array, input: Enclosure, *, shape: Shape) -> Array:
    """Exact."""
    radius = input.radius.reshape(shape)
    return radius + flush_error(profile, value, radius)


def exact(index: tuple[int, ...], input: Array, *, shape: Shape) -> Fraction:
    place = int(np.ravel_multi_index(index, shape)) if shape else 0
    return Fraction(float(input.ravel()[place]))


RESHAPE = Layer(
    name="reshape",
    operands=("input",),
    forward=reshape,
    attributes=attributes,
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    exact=exact,
)
