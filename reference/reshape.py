"""The same values in another shape."""

import math
from fractions import Fraction

import numpy as np

from .attributes import shape
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import flush_error
from .profile import Profile
from .spec import Shape, SpecError


def reshape(input: Array, shape: Shape) -> Array:
    """The values of input in C order, in `shape`.

    input of any shape with as many values, float32 → shape, float64. Raises SpecError. As
    torch.reshape, which also takes one −1.

    >>> reshape(np.float32([1, 2, 3, 4]), (2, 2)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return evaluate(RESHAPE, (input,), shape=shape)


def shape_rule(input: Shape, *, shape: Shape) -> Shape:
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


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 5),), {"shape": (5, 6)}),
    (((3, 7, 1, 2),), {"shape": (1, 21, 2)}),
    (((7,),), {"shape": (7, 1, 1)}),
)

RESHAPE = Layer(
    "reshape",
    (Operand("input", "..."),),
    *(reshape, shape_rule, formula, error, exact),
    attributes={"shape": shape()},
    output="...",
    in_place=True,
    examples=EXAMPLES,
    moves=True,
    onnx="Reshape",
)
