"""Layers on whole rows, and those that only lay values out anew."""

import mpmath
import numpy as np

from .values import BITS, numbers, total

Array = np.ndarray


def linear(input: Array, weight: Array, bias: Array | None) -> Array:
    """The inner product of every row of input with every row of weight, plus bias."""
    output = numbers(len(input), len(weight))
    for n, o in np.ndindex(output.shape):
        offset = 0.0 if bias is None else float(bias[o])
        products = [float(x) * float(w) for x, w in zip(input[n], weight[o], strict=True)]
        output[n, o] = total([*products, offset])
    return output


def softmax(input: Array, *, dim: int) -> Array:
    """eˣ over the sum of the powers along `dim`; nothing overflows here, so no maximum."""

    def probabilities(row: Array) -> Array:
        with mpmath.workprec(BITS):
            powers = [mpmath.exp(float(x)) for x in row]
            total = mpmath.fsum(powers)
            return np.array([power / total for power in powers], dtype=object)

    return np.apply_along_axis(probabilities, dim, input)


def log_softmax(input: Array, *, dim: int) -> Array:
    """−ln of one and the other values' powers, each relative to the value's own."""

    def logarithms(row: Array) -> Array:
        with mpmath.workprec(BITS):
            values = [mpmath.mpf(float(x)) for x in row]
            others = [
                mpmath.fsum(mpmath.exp(y - x) for j, y in enumerate(values) if j != i)
                for i, x in enumerate(values)
            ]
            return np.array([-mpmath.log1p(total) for total in others], dtype=object)

    return np.apply_along_axis(logarithms, dim, input)


def argmax(input: Array, *, dim: int) -> Array:
    """The first index along `dim` whose value no other exceeds."""

    def first(row: Array) -> int:
        return next(i for i, x in enumerate(row) if all(x >= other for other in row))

    return np.apply_along_axis(first, dim, input)


def flatten(input: Array) -> Array:
    """Each image's values, the last axis running fastest."""
    return np.array([[float(image[i]) for i in np.ndindex(image.shape)] for image in input])


def reshape(input: Array, *, shape: tuple[int, ...]) -> Array:
    """The values one after another, dealt out again, the last axis running fastest."""
    output = numbers(*shape)
    for to, source in zip(np.ndindex(shape), np.ndindex(input.shape), strict=True):
        output[to] = float(input[source])
    return output


def permute(input: Array, *, dims: tuple[int, ...]) -> Array:
    """Every value at its own index, whose places are in the new order."""
    output = numbers(*(input.shape[dim] for dim in dims))
    for index in np.ndindex(input.shape):
        output[tuple(index[dim] for dim in dims)] = float(input[index])
    return output


def concat(*inputs: Array, dim: int) -> Array:
    """Every slice across `dim`, one operand's after another's."""
    slices = [np.take(one, k, axis=dim) for one in inputs for k in range(one.shape[dim])]
    return np.stack(slices, axis=dim)


LAYERS = (linear, softmax, log_softmax, argmax, concat, flatten, reshape, permute)
