"""Layers that treat every channel by itself or with its neighbours; roots to 700 bits."""

import mpmath
import numpy as np

from .values import BITS, numbers

Array = np.ndarray


def batch_norm(
    input: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Array:
    """γ·(x − μ)/√(σ² + eps) + β in each channel."""
    output = numbers(*input.shape)
    with mpmath.workprec(BITS):
        for c in range(input.shape[1]):
            gamma = mpmath.mpf(1.0 if weight is None else float(weight[c]))
            beta = mpmath.mpf(0.0 if bias is None else float(bias[c]))
            mean = mpmath.mpf(float(running_mean[c]))
            deviation = mpmath.sqrt(mpmath.mpf(float(running_var[c])) + eps)
            channel = input[:, c]
            for index in np.ndindex(channel.shape):
                centred = mpmath.mpf(float(channel[index])) - mean
                output[:, c][index] = gamma * centred / deviation + beta
    return output


def local_response_norm(input: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
    """Each value over (k + α·the mean square of `size` channels around it)^β."""
    output = numbers(*input.shape)
    with mpmath.workprec(BITS):
        for n, c, *place in np.ndindex(input.shape):
            channels = range(c - size // 2, c - size // 2 + size)
            seen = [input[(n, d, *place)] for d in channels if 0 <= d < input.shape[1]]
            mean = mpmath.fsum(mpmath.mpf(float(x)) ** 2 for x in seen) / size
            base = k + alpha * mean
            output[(n, c, *place)] = mpmath.mpf(float(input[(n, c, *place)])) / base**beta
    return output


LAYERS = (batch_norm, local_response_norm)
