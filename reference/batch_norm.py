"""Batch normalisation at inference."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from .layer import Array, Attributes, Enclosure, Layer, evaluate
from .pointwise import flush_error
from .profile import Profile
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


def per_channel(values: Array | None, ndim: int, absent: float) -> Array:
    """(C,) shaped to broadcast over (N, C) or (N, C, H, W)."""
    if values is None:
        return np.full((1,) * ndim, absent)
    return values.reshape(-1, *(1,) * (ndim - 2))


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


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    running_mean: Enclosure,
    running_var: Enclosure,
    weight: Enclosure | None,
    bias: Enclosure | None,
    *,
    eps: float,
) -> Array:
    """The folded form a·x + (β − μ·a), a = γ/√(σ² + eps), which loses most, bounds them all.

    a is off by eps's own rounding, that of the sum under the root, the root and the division.
    """
    u, ndim = profile.u, input.value.ndim
    x, mean = input.magnitude, np.abs(per_channel(running_mean.value, ndim, 0.0))
    variance = per_channel(running_var.value, ndim, 1.0)
    gamma = np.abs(per_channel(None if weight is None else weight.value, ndim, 1.0))
    beta = np.abs(per_channel(None if bias is None else bias.value, ndim, 0.0))
    scale = gamma / np.sqrt(variance + eps)
    off = 1.5 * u + profile.ulps(profile.sqrt) + profile.ulps(profile.divide)
    spread = scale * input.radius
    bound = scale * (x + mean) * (off + 2 * u) + u * (beta + mean * scale)
    bound = bound + u * (np.abs(value) + spread)
    # A scale, product or difference below the smallest normal number may be flushed to zero.
    bound = bound + profile.smallest_normal * (4 + 2 * scale + x + mean)
    return bound * (1 + 32 * u) + spread + flush_error(profile, value)


def own_error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    running_mean: Enclosure,
    running_var: Enclosure,
    weight: Enclosure | None,
    bias: Enclosure | None,
    *,
    eps: float,
) -> Array:
    """Seven roundings of γ(x − μ)/√(σ² + eps), each of half an ulp, and the last of β's sum."""
    shift = per_channel(None if bias is None else bias.value, input.value.ndim, 0.0)
    return 8 * profile.u * (np.abs(value - shift) + np.abs(value))


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
