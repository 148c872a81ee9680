"""Normalisations in float32."""

import numpy as np

from .arithmetic import Arithmetic, Array, F


def channels(input: Array, *statistics: Array | None) -> tuple[Array, Array, Array, Array]:
    """Mean, variance, scale and shift, shaped to go with input."""
    c, ones = input.shape[1], (1,) * (input.ndim - 2)
    absent = (0, 1, 1, 0)
    mean, variance, gamma, beta = (
        (np.full(c, value, F) if s is None else s).reshape(-1, *ones)
        for s, value in zip(statistics, absent, strict=True)
    )
    return mean, variance, gamma, beta


def divided(a: Arithmetic, input: Array, *statistics: Array | None, eps: float) -> Array:
    """γ·(x − μ)/σ + β"""
    mean, variance, gamma, beta = channels(input, *statistics)
    deviation = a.sqrt(a.add(variance, F(eps)), way=-1)
    return a.add(a.divide(a.multiply(gamma, a.subtract(input, mean)), deviation), beta)


def scaled(a: Arithmetic, input: Array, *statistics: Array | None, eps: float) -> Array:
    """(x − μ)·(γ/σ) + β"""
    mean, variance, gamma, beta = channels(input, *statistics)
    scale = a.divide(gamma, a.sqrt(a.add(variance, F(eps)), way=-1))
    return a.multiply_add(a.subtract(input, mean), scale, beta)


def by_rsqrt(a: Arithmetic, input: Array, *statistics: Array | None, eps: float) -> Array:
    """(x − μ)·rsqrt(σ²)·γ + β"""
    mean, variance, gamma, beta = channels(input, *statistics)
    inverse = a.rsqrt(a.add(variance, F(eps)))
    return a.multiply_add(a.multiply(a.subtract(input, mean), inverse), gamma, beta)


def folded(a: Arithmetic, input: Array, *statistics: Array | None, eps: float) -> Array:
    """x·s + (β − μ·s), s = γ/σ"""
    mean, variance, gamma, beta = channels(input, *statistics)
    scale = a.divide(gamma, a.sqrt(a.add(variance, F(eps)), way=-1))
    return a.multiply_add(input, scale, a.multiply_add(-mean, scale, beta))


def base(a: Arithmetic, input: Array, size: int, alpha: float, k: float, divided: bool) -> Array:
    """k + alpha/size·Σx², the quotient by a division or with a rounded 1/size."""
    around = [(0, 0)] * input.ndim
    around[1] = (size // 2, size - 1 - size // 2)
    padded, count = np.pad(input, around), input.shape[1]
    total = np.zeros_like(input)
    for first in range(size):
        shifted = padded[:, first : first + count]
        total = a.multiply_add(shifted, shifted, total)
    if divided:
        return a.add(a.divide(a.multiply(F(alpha), total), F(size)), F(k))
    return a.multiply_add(a.multiply(F(alpha), a.divide(F(1), F(size))), total, F(k))


def response_by_power(
    a: Arithmetic, input: Array, *, size: int, alpha: float, beta: float, k: float
) -> Array:
    """x / pow(base, beta)"""
    power = a.power(base(a, input, size, alpha, k, True), F(beta))
    return a.divide(input, power, way=-1)


def response_by_negative_power(
    a: Arithmetic, input: Array, *, size: int, alpha: float, beta: float, k: float
) -> Array:
    """x·pow(base, −beta)"""
    return a.multiply(input, a.power(base(a, input, size, alpha, k, False), F(-beta), way=-1))


def response_by_roots(
    a: Arithmetic, input: Array, *, size: int, alpha: float, beta: float, k: float
) -> Array:
    """base^¾ = √base·√√base"""
    root = a.sqrt(base(a, input, size, alpha, k, False))
    return a.divide(input, a.multiply(root, a.sqrt(root)), way=-1)


def response_by_inverse_roots(
    a: Arithmetic, input: Array, *, size: int, alpha: float, beta: float, k: float
) -> Array:
    """base^−¾ = rsqrt(base)·√rsqrt(base)"""
    root = a.rsqrt(base(a, input, size, alpha, k, True), way=-1)
    return a.multiply(a.multiply(input, root), a.sqrt(root, way=-1))
