"""Layers on single values, channels and rows; exp and √ to 300 bits."""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

Array = np.ndarray

BITS = 300


def relu(input: Array) -> Array:
    """The value where it is positive, else 0."""
    return each(lambda x: x if x > 0 or math.isnan(x) else 0.0, input)


def elu(input: Array, *, alpha: float) -> Array:
    """The value where it is positive, else α·(eˣ − 1)."""
    return each(lambda x: x if x > 0 else alpha * mpmath.expm1(x), input)


def each(function: Callable[[Any], Any], input: Array) -> Array:
    """The function at every element, rounded to float64."""
    output = np.empty(input.shape)
    with mpmath.workprec(BITS):
        for index in np.ndindex(input.shape):
            output[index] = float(function(mpmath.mpf(float(input[index]))))
    return output


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
    output = np.empty(input.shape)
    with mpmath.workprec(BITS):
        for c in range(input.shape[1]):
            gamma = mpmath.mpf(1.0 if weight is None else float(weight[c]))
            beta = mpmath.mpf(0.0 if bias is None else float(bias[c]))
            mean = mpmath.mpf(float(running_mean[c]))
            deviation = mpmath.sqrt(mpmath.mpf(float(running_var[c])) + eps)
            channel = input[:, c]
            for index in np.ndindex(channel.shape):
                centred = mpmath.mpf(float(channel[index])) - mean
                output[:, c][index] = float(gamma * centred / deviation + beta)
    return output


def linear(input: Array, weight: Array, bias: Array | None) -> Array:
    """The inner product of every row of input with every row of weight, plus bias."""
    output = np.empty((len(input), len(weight)))
    for n, o in np.ndindex(output.shape):
        offset = 0.0 if bias is None else float(bias[o])
        products = [float(x) * float(w) for x, w in zip(input[n], weight[o], strict=True)]
        output[n, o] = math.fsum([*products, offset])
    return output


def softmax(input: Array, *, dim: int) -> Array:
    """eˣ over the sum of the powers along `dim`; nothing overflows here, so no maximum."""

    def probabilities(row: Array) -> Array:
        with mpmath.workprec(BITS):
            powers = [mpmath.exp(float(x)) for x in row]
            total = mpmath.fsum(powers)
            return np.array([float(power / total) for power in powers])

    return np.apply_along_axis(probabilities, dim, input)


def argmax(input: Array, *, dim: int) -> Array:
    """The first index along `dim` whose value no other exceeds."""

    def first(row: Array) -> int:
        return next(i for i, x in enumerate(row) if all(x >= other for other in row))

    return np.apply_along_axis(first, dim, input)


def flatten(input: Array) -> Array:
    """Each image's values, the last axis running fastest."""
    return np.array([[float(image[i]) for i in np.ndindex(image.shape)] for image in input])
