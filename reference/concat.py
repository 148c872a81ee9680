"""Arrays one after another."""

from fractions import Fraction

import numpy as np

from .attributes import axis
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import flush_error
from .profile import Profile
from .spec import Shape, SpecError


def concat(*inputs: Array, dim: int) -> Array:
    """The inputs one after another along `dim`.

    inputs of the same shape but for `dim`, float32 → float64. Raises SpecError. As torch.concat,
    which takes them as one sequence.

    >>> concat(np.float32([[1]]), np.float32([[2, 3]]), dim=1).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return evaluate(CONCAT, inputs, dim=dim)


def shape_rule(*inputs: Shape, dim: int) -> Shape:
    first = inputs[0]
    for k, shape in enumerate(inputs):
        rest = shape[:dim] + shape[dim + 1 :]
        if len(shape) != len(first) or rest != first[:dim] + first[dim + 1 :]:
            raise SpecError(
                f"concat: inputs[{k}] has shape {shape}, expected that of inputs[0], {first}, "
                f"but for axis {dim}"
            )
    return (*first[:dim], sum(shape[dim] for shape in inputs), *first[dim + 1 :])


def formula(*inputs: Array, dim: int) -> Array:
    return np.concatenate(inputs, axis=dim)


def error(profile: Profile, value: Array, *inputs: Enclosure, dim: int) -> Array:
    """Exact."""
    radius = np.concatenate([one.radius for one in inputs], axis=dim)
    return radius + flush_error(profile, value, radius)


def exact(index: tuple[int, ...], *inputs: Array, dim: int) -> Fraction:
    at = list(index)
    for one in inputs:
        if at[dim] < one.shape[dim]:
            return Fraction(float(one[tuple(at)]))
        at[dim] -= one.shape[dim]
    raise IndexError(f"concat: {index} is beyond the inputs")


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 5), (2, 4, 5)), {"dim": 1}),
    (((1, 7), (1, 1), (1, 12)), {"dim": -1}),
    (((3, 2, 4, 5),), {"dim": 0}),
)

CONCAT = Layer(
    "concat",
    (Operand("inputs", "...", variadic=True),),
    *(concat, shape_rule, formula, error, exact),
    attributes={"dim": axis()},
    output="...",
    examples=EXAMPLES,
    moves=True,
    onnx="Concat",
)
