"""Batch normalisation at inference."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from .batch_norm_error import error, own_error, per_channel
from .layer import Array, Attributes, Layer, evaluate
from .rounding import Exact, inside
from .spec import Shape, SpecError, axes, number, vector


def batch_norm(
    input: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    eps: float = 1e-5,
) -> Array:
    """y = γ·(x − μ)/√(σ² + eps) + β, with μ, σ², γ (weight) and β (bias) of x's channel.

    input (N, C) or (N, C, H, W), the others (C,): float32 → input's shape, float64. Raises
    SpecError. As torch.nn.functional.batch_norm with training=False; Ioffe, Szegedy,
    arXiv:1502.03167, algorithm 2.
    """
    return evaluate(BATCH_NORM, (input, running_mean, running_var, weight, bias), {"eps": eps})


def attributes(eps: Any = 1e-5) -> Attributes:
    value = number("batch_norm", "eps", eps)
    if value < 0:
        raise SpecError(f"batch_norm: eps is {value}, expected at least 0")
    return {"eps": value}


def shape_rule(
    input: Shape,
    running_mean: Shape,
    running_var: Shape,
    weight: Shape | None,
    bias: Shape | None,
    *,
    eps: float,
) -> Shape:
    axes("batch_norm", "input", input, "N C", "N C H W")
    statistics = {
        "running_mean": running_mean,
        "running_var": running_var,
        "weight": weight,
        "bias": bias,
    }
    for name, shape in statistics.items():
        vector("batch_norm", name, shape, input[1], "channel")
    return input


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
    square = Fraction(float(running_var[c])) + Fraction(eps)
    root = rational_root(square)
    if root is not None:
        return scaled / root + beta
    return lambda c: inside(c, scaled) / c.sqrt(inside(c, square)) + inside(c, beta)


def rational_root(value: Fraction) -> Fraction | None:
    """The square root where it is rational."""
    if value <= 0:
        return None
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    return Fraction(top, bottom) if Fraction(top * top, bottom * bottom) == value else None


BATCH_NORM = Layer(
    name="batch_norm",
    operands=("input", "running_mean", "running_var", "weight", "bias"),
    weights=("running_mean", "running_var", "weight", "bias"),
    optional=("weight", "bias"),
    forward=batch_norm,
    attributes=attributes,
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    own_error=own_error,
    exact=exact,
)
