"""Layers that work element by element, in float32; and those that only copy."""

import numpy as np

from .arithmetic import Arithmetic, Array, F


def relu(a: Arithmetic, input: Array) -> Array:
    return np.maximum(a.flush(input), F(0))


def elu_by_expm1(a: Arithmetic, input: Array, *, alpha: float) -> Array:
    low = a.expm1(np.minimum(input, F(0)))
    return np.where(input > 0, a.flush(input), a.multiply(F(alpha), low))


def elu_by_exp(a: Arithmetic, input: Array, *, alpha: float) -> Array:
    low = a.subtract(a.exp(np.minimum(input, F(0))), F(1))
    return np.where(input > 0, a.flush(input), a.multiply(F(alpha), low))


def elu_folded(a: Arithmetic, input: Array, *, alpha: float) -> Array:
    """alpha·exp(x) − alpha"""
    low = a.multiply_add(F(alpha), a.exp(np.minimum(input, F(0))), -F(alpha))
    return np.where(input > 0, a.flush(input), low)


def tanh(a: Arithmetic, input: Array) -> Array:
    return a.tanh(input)


def sigmoid_of_minus(a: Arithmetic, input: Array) -> Array:
    """1/(1 + exp(−x))"""
    return a.divide(F(1), a.add(F(1), a.exp(-input, way=-1)))


def sigmoid_by_sign(a: Arithmetic, input: Array) -> Array:
    """exp(x)/(1 + exp(x)) for negative x, which cannot overflow."""
    power = a.exp(-np.abs(input))
    ratio = a.divide(power, a.add(F(1), a.exp(-np.abs(input), way=-1)))
    return np.where(input >= 0, sigmoid_of_minus(a, input), ratio)


def sigmoid_by_tanh(a: Arithmetic, input: Array) -> Array:
    """½·tanh(x/2) + ½"""
    return a.multiply_add(F(0.5), a.tanh(a.multiply(F(0.5), input)), F(0.5))


def sigmoid_by_halved_tanh(a: Arithmetic, input: Array) -> Array:
    """(1 + tanh(x/2))/2, the function's error the other way"""
    return a.multiply(a.add(F(1), a.tanh(a.multiply(F(0.5), input), way=-1)), F(0.5))


def concat(a: Arithmetic, *inputs: Array, dim: int) -> Array:
    return a.flush(np.concatenate(inputs, axis=dim))


def flatten(a: Arithmetic, input: Array) -> Array:
    return a.flush(input.reshape(len(input), -1))


def reshape(a: Arithmetic, input: Array, *, shape: tuple[int, ...]) -> Array:
    return a.flush(input.reshape(shape))


def permute(a: Arithmetic, input: Array, *, dims: tuple[int, ...]) -> Array:
    return a.flush(np.transpose(input, dims))


def set_zero(a: Arithmetic, input: Array) -> Array:
    return np.zeros_like(input)
