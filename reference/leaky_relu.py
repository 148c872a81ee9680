"""Rectified linear unit that lets a part of negative values through."""

from fractions import Fraction

import numpy as np

from .attributes import number
from .evaluate import evaluate
from .layer import Array, Enclosure
from .operands import Setting
from .pointwise import POINTS, element_wise, flush_error, subnormal
from .profile import Profile


def leaky_relu(input: Array, negative_slope: float = 0.01) -> Array:
    """y = x for x > 0, negative_slope·x otherwise, element by element; NaN stays NaN.

    input of any shape, float32 → the same shape, float64. Raises SpecError.
    As torch.nn.functional.leaky_relu; Maas, Hannun, Ng, ICML 2013, equation 2.

    >>> leaky_relu(np.float32([-1, 2]), negative_slope=0.25).tolist()
    [-0.25, 2.0]
    """
    return evaluate(LEAKY_RELU, (input,), negative_slope=negative_slope)


def formula(input: Array, *, negative_slope: float) -> Array:
    return np.where(input > 0, input, negative_slope * input)


def error(profile: Profile, value: Array, input: Enclosure, *, negative_slope: float) -> Array:
    """The slope is rounded to float32, and so is the product. Positive x is copied."""
    reach = max(1.0, abs(negative_slope)) * input.radius
    own = np.where(input.value - input.radius > 0, 0.0, profile.gamma(2) * (np.abs(value) + reach))
    lost = np.where(subnormal(profile, np.abs(input.value)), np.abs(value), 0.0)
    overflow = np.where(np.abs(value) > profile.largest, np.inf, 0.0)
    return own + reach + np.maximum(lost, flush_error(profile, value, own + reach)) + overflow


def exact(index: tuple[int, ...], input: Array, *, negative_slope: float) -> Fraction:
    x = Fraction(float(input[index]))
    return x if x > 0 else Fraction(negative_slope) * x


EXAMPLES: tuple[Setting, ...] = tuple(
    (shapes, {"negative_slope": slope}) for shapes, _ in POINTS for slope in (0.01, 0.3)
)

LEAKY_RELU = element_wise(
    "leaky_relu",
    *(leaky_relu, formula, error, exact),
    attributes={"negative_slope": number(0.01, others=(0.01, 0.1, 0.2, 0.25, 0.3))},
    examples=EXAMPLES,
    onnx="LeakyRelu alpha=negative_slope",
)
