"""Flattening of everything but the batch."""

import math
from fractions import Fraction

from .layer import Array, Enclosure, Layer, evaluate
from .pointwise import flush_error, no_attributes
from .profile import Profile
from .spec import Shape, SpecError


def flatten(input: Array) -> Array:
    """(N, …) → (N, the product of the rest), in C order: channel, row, column.

    input of at least one axis, float32 → float64. Raises SpecError. As torch.nn.Flatten();
    torch.flatten without arguments flattens the batch too.
    """
    return evaluate(FLATTEN, (input,), {})


def shape_rule(input: Shape) -> Shape:
    if not input or 0 in input:
        raise SpecError(
            f"flatten: input has shape {input}, expected (N, …) with every axis at least 1 long"
        )
    return input[0], math.prod(input[1:])


def formula(input: Array) -> Array:
    return input.reshape(input.shape[0], -1)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """Exact."""
    radius = input.radius.reshape(value.shape)
    return radius + flush_error(profile, value, radius)


def exact(index: tuple[int, ...], input: Array) -> Fraction:
    return Fraction(float(input[index[0]].ravel()[index[1]]))


FLATTEN = Layer(
    name="flatten",
    operands=("input",),
    forward=flatten,
    attributes=no_attributes("flatten"),
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    exact=exact,
)
