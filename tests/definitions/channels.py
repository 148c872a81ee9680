"""Layers that treat every channel by itself or with its neighbours; roots to 700 bits."""

from typing import Any

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


def of_channel(values: Array, c: int) -> list[Any]:
    """One channel's numbers, of all images and places."""
    return [mpmath.mpf(value) for value in values[:, c].astype(float).ravel().tolist()]


def moments(values: list[Any]) -> tuple[Any, Any]:
    """The mean, and the mean of the squares of the distances from it."""
    mean = mpmath.fsum(values) / len(values)
    return mean, mpmath.fsum((x - mean) ** 2 for x in values) / len(values)


def batch_norm_train(
    input: Array, weight: Array | None, bias: Array | None, *, eps: float
) -> Array:
    """γ·(x − μ)/√(σ² + eps) + β, the moments being the channel's own."""
    output = numbers(*input.shape)
    with mpmath.workprec(BITS):
        for c in range(input.shape[1]):
            values = of_channel(input, c)
            mean, variance = moments(values)
            gamma = 1 if weight is None else mpmath.mpf(float(weight[c]))
            beta = 0 if bias is None else mpmath.mpf(float(bias[c]))
            deviation = mpmath.sqrt(variance + eps)  # where it is 0, so is every x − mean
            scaled = [
                gamma * (x - mean) / deviation + beta if deviation else mpmath.nan for x in values
            ]
            output[:, c] = np.array(scaled, dtype=object).reshape(output[:, c].shape)
    return output


def stepped(old: Any, total: Any, count: int, momentum: float) -> Any:
    """A step of `momentum` from the old value to total/count, which is no number for 0/0.

    One quotient, and last: what has 700 bits or less before it is exact, and so are its ties.
    """
    if not count:
        return mpmath.nan
    if old is None:
        return total / count
    return (old * count + momentum * (total - old * count)) / count


def old_values(running: Array | None, channels: int) -> list[Any]:
    """What was there before the step, if anything."""
    if running is None:
        return [None] * channels
    return [mpmath.mpf(value) for value in running.astype(float).tolist()]


def batch_norm_running_mean(input: Array, running_mean: Array | None, *, momentum: float) -> Array:
    """A step of `momentum` from the old value to the mean."""
    output = numbers(input.shape[1])
    with mpmath.workprec(BITS):
        for c, old in enumerate(old_values(running_mean, len(output))):
            values = of_channel(input, c)
            output[c] = stepped(old, mpmath.fsum(values), len(values), momentum)
    return output


def batch_norm_running_var(
    input: Array, running_var: Array | None, *, momentum: float, unbiased: bool
) -> Array:
    """A step of `momentum` from the old value to the variance, (n·Σx² − (Σx)²)/(n·(n or n − 1))."""
    output = numbers(input.shape[1])
    with mpmath.workprec(BITS):
        for c, old in enumerate(old_values(running_var, len(output))):
            values = of_channel(input, c)
            n = len(values)
            squares = n * mpmath.fsum(x * x for x in values) - mpmath.fsum(values) ** 2
            output[c] = stepped(old, squares, n * (n - unbiased), momentum)
    return output


LAYERS = (
    *(batch_norm, local_response_norm),
    *(batch_norm_train, batch_norm_running_mean, batch_norm_running_var),
)
