"""Rectified linear unit."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import element_wise, flush_error
from .profile import Profile


def relu(input: Array) -> Array:
    """y = max(x, 0), element by element; NaN stays NaN.

    input of any shape, float32 → the same shape, float64. Raises SpecError.
    As torch.nn.functional.relu.

    >>> relu(np.float32([-1, 2])).tolist()
    [0.0, 2.0]
    """
    return evaluate(RELU, (input,))


def formula(input: Array) -> Array:
    return np.maximum(input, 0.0)


def error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """Exact; an error in x is passed on, never magnified."""
    return input.radius + flush_error(profile, value, input.radius)


def exact(index: tuple[int, ...], input: Array) -> Fraction:
    return Fraction(max(0.0, float(input[index])))


def choices(profile: Profile, value: Array, input: Enclosure) -> Array | None:
    """(1, …): OpenCL's fmax(NaN, 0) is 0, which is admitted too."""
    return np.fmax(input.value, 0.0)[np.newaxis] if np.isnan(value).any() else None


RELU = element_wise(
    "relu",
    *(relu, formula, error, exact),
    choices=choices,
    onnx="Relu",
)
