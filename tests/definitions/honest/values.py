"""Layers of single values, channels and rows, in the forms that kernels use."""

import numpy as np

from .sums import added

Array = np.ndarray
F = np.float32


def elu(input: Array, *, alpha: float) -> list[Array]:
    """With expm1, and with exp(x) − 1."""
    low = np.minimum(input, F(0))
    return [
        np.where(input > 0, input, F(alpha) * power)
        for power in (np.expm1(low), np.exp(low) - F(1))
    ]


def tanh(input: Array) -> list[Array]:
    """The library's, and by expm1, which never overflows."""
    power = np.expm1(-2 * np.abs(input))
    return [np.tanh(input), np.copysign(-power / (power + 2), input)]


def sigmoid(input: Array) -> list[Array]:
    """1/(1 + e⁻ˣ), eˣ/(1 + eˣ) where x is negative, and by tanh."""
    with np.errstate(over="ignore"):
        direct = 1 / (1 + np.exp(-input))
    power = np.exp(-np.abs(input))
    by_sign = np.where(input < 0, power, F(1)) / (1 + power)
    return [direct, by_sign, F(0.5) * np.tanh(F(0.5) * input) + F(0.5)]


def batch_norm(
    input: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> list[Array]:
    """γ·(x − μ)/σ + β, the same with the scale first, and folded into x·a + (β − μ·a)."""
    shape = (-1, *(1,) * (input.ndim - 2))
    mean, variance = running_mean.reshape(shape), running_var.reshape(shape)
    gamma = (np.ones_like(running_mean) if weight is None else weight).reshape(shape)
    beta = (np.zeros_like(running_mean) if bias is None else bias).reshape(shape)
    deviation = np.sqrt(variance + F(eps))
    scale = gamma / deviation
    return [
        gamma * (input - mean) / deviation + beta,
        (input - mean) * scale + beta,
        input * scale + (beta - mean * scale),
    ]


def local_response_norm(
    input: Array, *, size: int, alpha: float, beta: float, k: float
) -> list[Array]:
    """α over the size first, or the sum; a quotient, or a product with the power of −β."""
    channels = input.shape[1]
    padded = np.zeros((channels + size - 1, *np.moveaxis(input, 1, 0).shape[1:]), F)
    padded[size // 2 : size // 2 + channels] = np.moveaxis(input, 1, 0)
    squares = np.stack([padded[j : j + channels] ** 2 for j in range(size)], axis=-1)
    forward, backward = (np.moveaxis(total, 0, 1) for total in added(squares))
    scaled_first = F(k) + F(alpha) / F(size) * forward
    mean_first = F(k) + F(alpha) * (backward / F(size))
    return [input / scaled_first ** F(beta), input * mean_first ** F(-beta)]


def softmax(input: Array, *, dim: int) -> list[Array]:
    """The sum from either end, and relative to a running maximum."""
    logits = np.moveaxis(input, dim, -1)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    outputs = [powers / total[..., np.newaxis] for total in added(powers)]
    top, total = np.full_like(logits[..., 0], -np.inf), np.zeros_like(logits[..., 0])
    for k in range(logits.shape[-1]):
        above = np.maximum(top, logits[..., k])
        total = total * np.exp(top - above) + np.exp(logits[..., k] - above)
        top = above
    outputs.append(np.exp(logits - top[..., np.newaxis]) / total[..., np.newaxis])
    return [np.moveaxis(output, -1, dim) for output in outputs]


def log_softmax(input: Array, *, dim: int) -> list[Array]:
    """The sum from either end, subtracted from x − m, or added to m and then subtracted."""
    logits = np.moveaxis(input, dim, -1)
    top = logits.max(axis=-1, keepdims=True)
    outputs = []
    for total in added(np.exp(logits - top)):
        logarithm = np.log(total)[..., np.newaxis]
        outputs += [(logits - top) - logarithm, logits - (top + logarithm)]
    return [np.moveaxis(output, -1, dim) for output in outputs]
