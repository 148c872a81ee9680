"""Batch normalisation in training: with the batch's own mean and variance."""

from fractions import Fraction

import numpy as np

from .batch_norm import BATCH_NORM, over_root
from .batch_norm_error import error as error_of_given
from .batch_norm_error import per_channel
from .batch_statistics import Measure, inverse_roots, measured, two_passes
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import same_shape
from .profile import Profile
from .rounding import Exact, exact_sum
from .sums import SLACK


def batch_norm_train(
    input: Array, weight: Array | None = None, bias: Array | None = None, eps: float = 1e-5
) -> Array:
    """y = γ·(x − μ)/√(σ² + eps) + β, with mean μ and biased variance σ² of x's channel

    input (N, C) or (N, C, H, W), γ (weight) and β (bias) (C,): float32 → input's shape, float64.
    Raises SpecError. As torch.nn.functional.batch_norm with training=True, which refuses a channel
    of one value; here that is β. What becomes of the running statistics: batch_norm_running_mean,
    batch_norm_running_var. Ioffe, Szegedy, arXiv:1502.03167, algorithm 1.
    """
    return evaluate(BATCH_NORM_TRAIN, (input, weight, bias), eps=eps)


def formula(input: Array, weight: Array | None, bias: Array | None, *, eps: float) -> Array:
    centred, _, variance = measured(input)
    gamma = per_channel(weight, input.ndim, 1.0)
    beta = per_channel(bias, input.ndim, 0.0)
    return gamma * centred / np.sqrt(per_channel(variance + eps, input.ndim, 1.0)) + beta


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    weight: Enclosure | None,
    bias: Enclosure | None,
    *,
    eps: float,
    measure: Measure = two_passes,
) -> Array:
    """batch_norm's at the statistics that lose most, and what these move."""
    found, ndim = measure(profile, input), input.value.ndim
    inverse, largest = inverse_roots(found, eps)
    mean = Enclosure(np.abs(found.mean) + found.mean_off)
    own = error_of_given(profile, value, input, mean, Enclosure(found.least), weight, bias, eps=eps)
    gamma = np.abs(per_channel(None if weight is None else weight.value, ndim, 1.0))
    off, inverse, largest = (
        per_channel(one, ndim, 0.0) for one in (found.mean_off, inverse, largest)
    )
    size = np.abs(found.centred) + found.centred_off
    moved = gamma * (size * (largest - inverse) + off * largest)
    return np.where(per_channel(found.known, ndim, 0.0), own + moved * SLACK, np.inf)


def of_channel(values: Array, c: int) -> list[float]:
    """One channel's numbers, of all images and places; products of two are exact in float64."""
    found: list[float] = values[:, c].astype(float).ravel().tolist()
    return found


def channel(input: Array, c: int) -> tuple[list[float], Fraction, Fraction]:
    """A channel's values, their mean and biased variance, Σx²/m − μ²."""
    values = of_channel(input, c)
    mean = exact_sum(values) / len(values)
    return values, mean, exact_sum(x * x for x in values) / len(values) - mean**2


def about_mean(g: list[float], x: list[float], mean: Fraction) -> Fraction:
    """Σ g·(x − μ) = Σ g·x − μ·Σ g."""
    return exact_sum(a * b for a, b in zip(g, x, strict=True)) - mean * exact_sum(g)


def exact(
    index: tuple[int, ...], input: Array, weight: Array | None, bias: Array | None, *, eps: float
) -> Exact:
    """Rational where the root is, else enclosed."""
    c = index[1]
    _, mean, variance = channel(input, c)
    gamma = Fraction(1) if weight is None else Fraction(float(weight[c]))
    beta = Fraction(0) if bias is None else Fraction(float(bias[c]))
    scaled = gamma * (Fraction(float(input[index])) - mean)
    return over_root(scaled, variance + Fraction(eps), beta)


EXAMPLES: tuple[Setting, ...] = (
    (((3, 5, 4, 3), (5,), (5,)), {}),
    (((7, 19), (19,), (19,)), {"eps": 1e-3}),
    (((2, 3, 1, 11), (3,), None), {}),
    (((1, 3, 1, 1), None, (3,)), {}),
)

BATCH_NORM_TRAIN = Layer(
    "batch_norm_train",
    (
        Operand("input", ("N C", "N C H W")),
        Operand("weight", "C", role="weight", optional=True),
        Operand("bias", "C", role="weight", values="offset", optional=True),
    ),
    *(batch_norm_train, same_shape, formula, error, exact),
    attributes=BATCH_NORM.attributes,
    trains=BATCH_NORM,
    examples=EXAMPLES,
)
