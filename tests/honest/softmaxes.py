"""softmax, log_softmax and argmax in float32. Rows are laid out as (n, …)."""

import numpy as np

from .arithmetic import Arithmetic, Array, F
from .sums import Order


def shifted(a: Arithmetic, input: Array, dim: int) -> tuple[Array, Array, Array]:
    """The rows (n, …), their maxima, and rows − maxima."""
    rows = np.moveaxis(input, dim, 0)
    top = rows.max(axis=0)
    return rows, top, a.subtract(rows, top)


def total(order: Order, a: Arithmetic, z: Array) -> Array:
    powers = a.exp(z, way=-1)
    return order(a, powers, np.ones((len(powers), 1), F)[:, 0], None)


def running(a: Arithmetic, rows: Array) -> tuple[Array, Array]:
    """Maximum and sum in one pass: the sum is rescaled whenever the maximum grows."""
    top, sums = np.full_like(rows[0], -np.inf), np.zeros_like(rows[0])
    for row in rows:
        above = np.maximum(top, row)
        rescaled = a.exp(a.subtract(top, above), way=-1)
        term = a.exp(a.subtract(row, above), way=-1)
        sums, top = a.multiply_add(sums, rescaled, term), above
    return top, sums


def merged(a: Arithmetic, rows: Array) -> tuple[Array, Array]:
    """Maximum and sum by a tree: halves are rescaled to their common maximum."""
    if len(rows) == 1:
        return rows[0], np.ones_like(rows[0])
    (left, below), (right, above) = (
        merged(a, half) for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :])
    )
    top = np.maximum(left, right)
    first = a.multiply(below, a.exp(a.subtract(left, top), way=-1))
    return top, a.multiply_add(above, a.exp(a.subtract(right, top), way=-1), first)


def softmax_divided(order: Order, a: Arithmetic, input: Array, *, dim: int) -> Array:
    _, _, z = shifted(a, input, dim)
    return np.moveaxis(a.divide(a.exp(z), total(order, a, z)), 0, dim)


def softmax_scaled(order: Order, a: Arithmetic, input: Array, *, dim: int) -> Array:
    """Times the rounded reciprocal of the sum."""
    _, _, z = shifted(a, input, dim)
    return np.moveaxis(a.multiply(a.exp(z), a.divide(F(1), total(order, a, z))), 0, dim)


def softmax_online(a: Arithmetic, input: Array, *, dim: int) -> Array:
    rows = np.moveaxis(input, dim, 0)
    top, sums = running(a, rows)
    return np.moveaxis(a.divide(a.exp(a.subtract(rows, top)), sums), 0, dim)


def softmax_merged(a: Arithmetic, input: Array, *, dim: int) -> Array:
    rows = np.moveaxis(input, dim, 0)
    top, sums = merged(a, rows)
    return np.moveaxis(a.divide(a.exp(a.subtract(rows, top)), sums), 0, dim)


def log_softmax_of_shifted(order: Order, a: Arithmetic, input: Array, *, dim: int) -> Array:
    """(x − m) − log Σ"""
    _, _, z = shifted(a, input, dim)
    return np.moveaxis(a.subtract(z, a.log(total(order, a, z), way=-1)), 0, dim)


def log_softmax_of_offset(order: Order, a: Arithmetic, input: Array, *, dim: int) -> Array:
    """x − (m + log Σ)"""
    rows, top, z = shifted(a, input, dim)
    offset = a.add(top, a.log(total(order, a, z), way=-1))
    return np.moveaxis(a.subtract(rows, offset), 0, dim)


def log_softmax_online(a: Arithmetic, input: Array, *, dim: int) -> Array:
    rows = np.moveaxis(input, dim, 0)
    top, sums = running(a, rows)
    return np.moveaxis(a.subtract(a.subtract(rows, top), a.log(sums, way=-1)), 0, dim)


def argmax(a: Arithmetic, input: Array, *, dim: int) -> Array:
    """One comparison after another."""
    rows = a.flush(np.moveaxis(input, dim, 0))
    best, place = rows[0], np.zeros(rows.shape[1:], np.int32)
    for k, row in enumerate(rows):
        place, best = np.where(row > best, np.int32(k), place), np.maximum(row, best)
    return place
