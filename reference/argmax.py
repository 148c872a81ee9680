"""The index of the largest value."""

from fractions import Fraction

import numpy as np

from .attributes import axis
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand
from .pointwise import subnormal
from .profile import Profile
from .softmax import ROWS
from .spec import Shape


def argmax(input: Array, dim: int) -> Array:
    """The index along `dim` of the largest value; of equal ones the first; NaN counts as largest.

    input of any shape, float32 → the shape without `dim`, int64. Raises SpecError. As numpy.argmax;
    torch.argmax does not promise which of equal maxima it names.

    >>> argmax(np.float32([[1, 3, 2]]), dim=1).tolist()
    [1]
    """
    return evaluate(ARGMAX, (input,), dim=dim)


def shape_rule(input: Shape, *, dim: int) -> Shape:
    return input[:dim] + input[dim + 1 :]


def formula(input: Array, *, dim: int) -> Array:
    return np.argmax(input, axis=dim)


def error(profile: Profile, value: Array, input: Enclosure, *, dim: int) -> Array:
    """None: the index is right or wrong; `choices` lists the right ones."""
    return np.zeros(value.shape)


def choices(profile: Profile, value: Array, input: Enclosure, *, dim: int) -> Array | None:
    """(k, …): every index whose value, within its error, may be the largest.

    Comparisons pass over NaN, so that the largest of the rest is admitted where there is one.
    Subnormal numbers may be flushed, and then compare equal to zero and to each other.
    """
    if input.exact:
        first, possible = value, flushed_maxima(profile, input.value, dim)
        if np.isnan(input.value).any():
            rest = np.where(np.isnan(input.value), -np.inf, input.value)
            first, possible = np.argmax(rest, axis=dim), flushed_maxima(profile, rest, dim)
        elif not possible.any():
            return None
    else:
        lowest = np.where(np.isnan(input.value), -np.inf, input.value - input.radius)
        lower = lowest.max(axis=dim, keepdims=True)
        reach = input.radius + 2 * profile.smallest_normal
        first, possible = value, ~(input.value + reach < lower)
    possible = np.moveaxis(possible, dim, 0)
    indices = np.arange(possible.shape[0]).reshape(-1, *(1,) * value.ndim)
    return np.where(possible, indices, first)


def flushed_maxima(profile: Profile, values: Array, dim: int) -> Array:
    """Where a value may be taken for a maximum that is subnormal, or zero beside one that is."""
    size = np.abs(values)
    some = subnormal(profile, size).any(axis=dim, keepdims=True)
    top = np.abs(values.max(axis=dim, keepdims=True))
    return some & (top < profile.smallest_normal) & (size < profile.smallest_normal)


def exact(index: tuple[int, ...], input: Array, *, dim: int) -> Fraction:
    row = np.moveaxis(input, dim, -1)[index]
    return Fraction(int(np.argmax(row)))


ARGMAX = Layer(
    "argmax",
    (Operand("input", "..."),),
    *(argmax, shape_rule, formula, error, exact),
    choices=choices,
    attributes={"dim": axis()},
    output="...",
    in_place=True,
    examples=ROWS,
    onnx="ArgMax",
    dtype=np.int32,
)
