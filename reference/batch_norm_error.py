"""How far a kernel of batch normalisation may be off."""

import numpy as np

from .layer import Array, Enclosure
from .pointwise import subnormal
from .profile import Profile


def per_channel(values: Array | None, ndim: int, absent: float) -> Array:
    """(C,) shaped to broadcast over (N, C) or (N, C, H, W)."""
    if values is None:
        return np.full((1,) * ndim, absent)
    return values.reshape(-1, *(1,) * (ndim - 2))


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
    """The folded form a·x + (β − μ·a), a = γ/√(σ² + eps), which loses most, bounds them all."""
    u, ndim = profile.u, input.value.ndim
    x, mean = input.magnitude, np.abs(per_channel(running_mean.value, ndim, 0.0))
    variance = per_channel(running_var.value, ndim, 1.0)
    gamma = np.abs(per_channel(None if weight is None else weight.value, ndim, 1.0))
    beta = np.abs(per_channel(None if bias is None else bias.value, ndim, 0.0))
    inverse = 1 / np.sqrt(variance + eps)
    scale = gamma * inverse
    off = scale_error(profile, variance, eps)
    spread = scale * input.radius
    bound = scale * (x + mean) * (off + 2 * u) + u * (beta + mean * scale)
    bound = bound + u * (np.abs(value) + spread)
    # A scale, product, quotient or difference below η may be flushed to zero.
    lost = 4 + 2 * scale + gamma + inverse + (x + mean) * (1 + inverse)
    bound = bound + profile.smallest_normal * lost
    steepest = np.maximum(np.maximum(1.0, gamma), np.maximum(inverse, scale))
    beyond = np.maximum(x + mean, 1.0) * steepest + beta > profile.largest / (1 + 2.0**-20)
    unknown = beyond | (variance + eps < profile.smallest_normal)
    return np.where(unknown, np.inf, bound * (1 + 32 * u) + spread)


def scale_error(profile: Profile, variance: Array, eps: float) -> Array:
    """The relative error of γ/√(σ² + eps): eps's rounding, the sum's, the root, the quotient.

    A negative variance cancels, and a subnormal one may be flushed.
    """
    size = np.abs(variance)
    cancelled = (size + eps) / (variance + eps)
    flushed = np.where(subnormal(profile, size), size / (variance + eps), 0.0)
    functions = profile.ulps(profile.sqrt) + profile.ulps(profile.divide)
    return 1.5 * profile.u * cancelled + functions + flushed


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
