"""Flattening of everything but the batch."""

import math
from fractions import Fraction

from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import flush_error
from .profile import Profile
from .spec import Shape


def flatten(input: Array) -> Array:
    """(N, …) → (N, the product of the rest), in C order: channel, row, column.

    input of at least one axis, float32 → float64. Raises SpecError. As torch.nn.Flatten();
    torch.flatten without arguments flattens the batch too.

    >>> flatten(np.float32([[[1, 2], [3, 4]]])).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """
    return evaluate(FLATTEN, (input,))


def shape_rule(input: Shape) -> Shape:
    return input[0], math.prod(input[1:])


def formula(input: Array) -> Array:
    return input.reshape(input.shape[0], -1)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """Exact."""
    radius = input.radius.reshape(value.shape)
    return radius + flush_error(profile, value, radius)


def exact(index: tuple[int, ...], input: Array) -> Fraction:
    return Fraction(float(input[index[0]].ravel()[index[1]]))


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 5),), {}),
    (((3, 7, 1, 2),), {}),
    (((5,),), {}),
)

FLATTEN = Layer(
    "flatten",
    (Operand("input", "N ..."),),
    *(flatten, shape_rule, formula, error, exact),
    output="N I",
    in_place=True,
    examples=EXAMPLES,
    moves=True,
    onnx="Flatten",
)
