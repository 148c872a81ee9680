"""Gradients of normalisations and of the affine grid in float32."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clgold.reference.affine_grid import base

from .arithmetic import Arithmetic, Array, F
from .sums import Order

Form = Callable[..., Array]


def by_channel(values: Array | None, like: Array) -> Array:
    """(C,) shaped to broadcast; 1 where absent."""
    ones = np.ones(like.shape[1], F) if values is None else values
    return ones.reshape(-1, *(1,) * (like.ndim - 2))


def deviation(a: Arithmetic, variance: Array, eps: float) -> Array:
    return a.sqrt(a.add(variance, F(eps)))


def input_scaled(
    a: Arithmetic, grad: Array, running_var: Array, weight: Array | None, *, eps: float
) -> Array:
    """g·(γ/√…)"""
    root = by_channel(deviation(a, running_var, eps), grad)
    return a.multiply(grad, a.divide(by_channel(weight, grad), root, way=-1))


def input_divided(
    a: Arithmetic, grad: Array, running_var: Array, weight: Array | None, *, eps: float
) -> Array:
    """(g·γ)/√…"""
    root = by_channel(deviation(a, running_var, eps), grad)
    return a.divide(a.multiply(grad, by_channel(weight, grad)), root, way=-1)


def input_by_rsqrt(
    a: Arithmetic, grad: Array, running_var: Array, weight: Array | None, *, eps: float
) -> Array:
    """(g·rsqrt(…))·γ"""
    inverse = by_channel(a.rsqrt(a.add(running_var, F(eps))), grad)
    return a.multiply(a.multiply(grad, inverse), by_channel(weight, grad))


def flat(values: Array) -> Array:
    """(K, C): every channel's values."""
    return np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])


def bias(order: Order, a: Arithmetic, grad: Array) -> Array:
    values = flat(grad)
    return order(a, values, np.ones_like(values), None)


def weight_centred(
    order: Order, a: Arithmetic, grad: Array, input: Array, mean: Array, var: Array, *, eps: float
) -> Array:
    """(Σ g·(x − μ))/√…"""
    centred = a.subtract(flat(input), mean)
    return a.divide(order(a, flat(grad), centred, None), deviation(a, var, eps), way=-1)


def weight_of_normalised(
    order: Order, a: Arithmetic, grad: Array, input: Array, mean: Array, var: Array, *, eps: float
) -> Array:
    """Σ g·((x − μ)·rsqrt(…))"""
    inverse = a.rsqrt(a.add(var, F(eps)))
    return order(a, flat(grad), a.multiply(a.subtract(flat(input), mean), inverse), None)


def weight_folded(
    order: Order, a: Arithmetic, grad: Array, input: Array, mean: Array, var: Array, *, eps: float
) -> Array:
    """(Σ g·x − μ·Σ g)·(1/√…)"""
    sums = order(a, flat(grad), flat(input), None)
    centred = a.multiply_add(-mean, bias(order, a, grad), sums)
    return a.multiply(centred, a.divide(F(1), deviation(a, var, eps), way=-1))


def seen(values: Array, size: int, first: int) -> list[Array]:
    """Every channel's window of `size` channels from `first` on, as shifted arrays."""
    around = [(0, 0)] * values.ndim
    around[1] = (size, size)
    padded = np.pad(values, around)
    return [padded[:, size + first + k :][:, : values.shape[1]] for k in range(size)]


def response(
    second: Callable[..., Array],
    a: Arithmetic,
    grad: Array,
    input: Array,
    *,
    size: int,
    alpha: float,
    beta: float,
    k: float,
) -> Array:
    total = np.zeros_like(input)
    for x in seen(input, size, -(size // 2)):
        total = a.multiply_add(x, x, total)
    d = a.multiply_add(a.divide(F(alpha), F(size)), total, F(k))
    root = a.power(d, -F(beta))
    terms = a.multiply(a.multiply(grad, input), second(a, d, root, F(beta)))
    across = np.zeros_like(input)
    for one in seen(terms, size, size // 2 - size + 1):
        across = a.add(across, one)
    factor = a.divide(a.multiply(a.multiply(F(2), F(alpha)), F(beta)), F(size))
    return a.multiply_add(-a.multiply(factor, input), across, a.multiply(grad, root))


def own_power(a: Arithmetic, d: Array, root: Array, beta: Any) -> Array:
    return a.power(d, a.subtract(-beta, F(1)))


def quotient(a: Arithmetic, d: Array, root: Array, beta: Any) -> Array:
    return a.divide(root, d)


def affine_grid(
    order: Order, a: Arithmetic, grad: Array, *, size: Any, align_corners: bool, flat: bool
) -> Array:
    x, y = (base(count, align_corners).astype(F) for count in (size[3], size[2]))
    point = np.stack(np.broadcast_arrays(x, y[:, np.newaxis], F(1)), axis=-1)
    rows = grad.reshape(len(grad), -1, 2, 1).transpose(1, 0, 2, 3)
    return order(a, rows, point.reshape(-1, 1, 1, 3), None)


INPUTS: Mapping[str, Form] = {
    "scaled": input_scaled,
    "divided": input_divided,
    "rsqrt": input_by_rsqrt,
}
RESPONSES: Mapping[str, Form] = {
    name: lambda a, *operands, own=own, **rest: response(own, a, *operands, **rest)
    for name, own in (("power", own_power), ("quotient", quotient))
}
