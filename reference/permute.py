"""The same values with the axes in another order."""

from fractions import Fraction

import numpy as np

from .attributes import axes
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import flush_error
from .profile import Profile
from .spec import Shape, SpecError


def permute(input: Array, dims: tuple[int, ...]) -> Array:
    """Axis k of the result is axis dims[k] of the input.

    input of any shape, float32 → its lengths in the order of `dims`, float64. dims name every axis
    once; −1 is the last. Raises SpecError. As torch.permute.

    >>> permute(np.float32([[1, 2], [3, 4]]), (1, 0)).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    return evaluate(PERMUTE, (input,), dims=dims)


def shape_rule(input: Shape, *, dims: tuple[int, ...]) -> Shape:
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


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 5),), {"dims": (2, 0, 1)}),
    (((3, 7, 2, 5),), {"dims": (2, 1, 3, 0)}),
    (((5, 1, 3),), {"dims": (0, 1, 2)}),
)

PERMUTE = Layer(
    "permute",
    (Operand("input", "..."),),
    *(permute, shape_rule, formula, error, exact),
    attributes={"dims": axes()},
    output="...",
    examples=EXAMPLES,
    moves=True,
    onnx="Transpose",
)
