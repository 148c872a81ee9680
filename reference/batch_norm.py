"""Batch normalisation at inference."""

import math
from fractions import Fraction

import numpy as np

from .attributes import number
from .batch_norm_error import error, own_error, per_channel
from .evaluate import evaluate
from .layer import Array, Layer
from .operands import Operand, Setting
from .pointwise import same_shape
from .rounding import Exact, divided_by_zero, inside

EPS = (1e-3, 1e-5, 0.0, 1e-4, 1e-6, 1e-2, 2e-5, 1e-7, 1e-8, 1e-12)  # other libraries'


def batch_norm(
    input: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    eps: float = 1e-5,
) -> Array:
    """y = γ·(x − μ)/√(σ² + eps) + β, with μ, σ², γ (weight) and β (bias) of x's channel.

    input (N, C) or (N, C, H, W), the others (C,): float32 → input's shape, float64; NaN where σ² +
    eps is negative. Raises SpecError. As torch.nn.functional.batch_norm with training=False; Ioffe,
    Szegedy, arXiv:1502.03167, algorithm 2.

    >>> batch_norm(np.float32([[3]]), np.float32([1]), np.float32([4]), eps=0.0).tolist()
    [[1.0]]
    """
    return evaluate(BATCH_NORM, (input, running_mean, running_var, weight, bias), eps=eps)


def formula(
    input: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Array:
    mean = per_channel(running_mean, input.ndim, 0.0)
    variance = per_channel(running_var, input.ndim, 1.0)
    gamma = per_channel(weight, input.ndim, 1.0)
    beta = per_channel(bias, input.ndim, 0.0)
    return gamma * (input - mean) / np.sqrt(variance + eps) + beta


def exact(
    index: tuple[int, ...],
    input: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Exact:
    """Rational where the root is, else enclosed."""
    c = index[1]
    gamma = Fraction(1) if weight is None else Fraction(float(weight[c]))
    beta = Fraction(0) if bias is None else Fraction(float(bias[c]))
    scaled = gamma * (Fraction(float(input[index])) - Fraction(float(running_mean[c])))
    return over_root(scaled, Fraction(float(running_var[c])) + Fraction(eps), beta)


def over_root(
    value: Fraction, square: Fraction, offset: Fraction = Fraction(0)
) -> Exact:  # immutable
    """value/√square + offset; None, no number, where the square is negative."""
    if square < 0:
        return None
    if square == 0:
        return divided_by_zero(value)
    root = rational_root(square)
    if root is not None:
        return value / root + offset
    return lambda c: inside(c, value) / c.sqrt(inside(c, square)) + inside(c, Fraction(offset))


def rational_root(value: Fraction) -> Fraction | None:
    """The square root of a positive number where it is rational."""
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    return Fraction(top, bottom) if Fraction(top * top, bottom * bottom) == value else None


EXAMPLES: tuple[Setting, ...] = (
    (((3, 5, 4, 3), (5,), (5,), (5,), (5,)), {}),
    (((7, 19), (19,), (19,), (19,), (19,)), {"eps": 1e-3}),
    (((2, 3, 1, 11), (3,), (3,), None, None), {}),
)

BATCH_NORM = Layer(
    "batch_norm",
    (
        Operand("input", ("N C", "N C H W")),
        Operand("running_mean", "C", role="statistic"),
        Operand("running_var", "C", role="statistic", values="positive"),
        Operand("weight", "C", role="weight", optional=True),
        Operand("bias", "C", role="weight", values="offset", optional=True),
    ),
    *(batch_norm, same_shape, formula, error, exact),
    own_error=own_error,
    attributes={"eps": number(1e-5, minimum=0, others=EPS)},
    per="channel",
    sums="1",
    examples=EXAMPLES,
    onnx="BatchNormalization",
)
