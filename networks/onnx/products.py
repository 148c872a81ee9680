"""Operators that multiply matrices, and Add."""

import math

import numpy as np

from clgold.reference.spec import Shape

from .builder import Builder, filled
from .package import ModelError
from .values import Op, Value


def gemm(b: Builder, op: Op) -> Value:
    """α·A·B + β·C as linear; factors go into constants where that rounds nothing."""
    alpha, beta = float(op.get("alpha", 1.0)), float(op.get("beta", 1.0))
    a = transposed(b, matrix(op, 0), bool(op.get("transA", 0)))
    weight = transposed(b, matrix(op, 1), not op.get("transB", 0))
    shape = (a.shape[0], weight.shape[0])
    c = op.value(2) if op.has(2) and beta != 0 else None
    weight, alpha = folded(weight, alpha)
    if c is not None:
        c = scaled(b, *folded(c, beta))
    row = None if c is None else row_of(b, c, shape)
    if alpha == 1.0:
        bias = None if row is None else b.reshape(row, shape[1:])
        product = b.emit("linear", a, weight, bias)
    else:
        product = times(b, b.emit("linear", a, weight, None), alpha, row)
    if c is None or row is not None:
        return product
    return b.emit("add", product, b.broadcast(c, fitting(c.shape, shape)))


def matrix(op: Op, place: int) -> Value:
    value = op.value(place)
    if len(value.shape) != 2:
        raise ModelError(f"its input {value.name!r} has shape {value.shape}, expected a matrix")
    return value


def transposed(b: Builder, value: Value, wanted: bool) -> Value:
    return b.permute(value, (1, 0)) if wanted else value


def folded(value: Value, factor: float) -> tuple[Value, float]:
    """A constant times the factor where float32 holds every product, and the factor that is left"""
    if factor == 1.0 or value.array is None:
        return value, factor
    with np.errstate(all="ignore"):
        exact = value.array.astype(np.float64) * factor
        array = exact.astype(np.float32)
    if not np.array_equal(array, exact):
        return value, factor
    return Value(f"{value.name}.scaled", value.shape, value.dtype, array), 1.0


def scaled(b: Builder, c: Value, factor: float) -> Value:
    """factor·c, as a layer where c is known only when the network runs, or would be rounded."""
    if factor == 1.0:
        return c
    matrix = c if len(c.shape) > 1 else b.reshape(c, (1, math.prod(c.shape)))
    return times(b, matrix, factor, None)


def times(b: Builder, value: Value, factor: float, row: Value | None) -> Value:
    """factor·value + row"""
    units = (1, *value.shape[1:])
    shift = filled(f"{b.stem}.zeros", units, 0.0) if row is None else row
    return b.emit("scale_shift", value, filled(f"{b.stem}.factor", (1,), factor), shift)


def row_of(b: Builder, c: Value, shape: Shape) -> Value | None:
    """C as (1, N), one number for each column, where it is no more than that."""
    fitting(c.shape, shape)
    rows = c.shape[-2] if len(c.shape) == 2 else 1
    if rows != 1:
        return None
    return b.broadcast(b.reshape(c, (1, math.prod(c.shape))), (1, shape[1]))


def fitting(given: Shape, shape: Shape) -> Shape:
    """`shape`; ModelError unless `given` broadcasts to it."""
    if joint(given, shape) != shape:
        raise ModelError(f"shape {given} does not broadcast to {shape}")
    return shape


def joint(one: Shape, other: Shape) -> Shape:
    """The shape to which both broadcast."""
    try:
        return tuple(np.broadcast_shapes(one, other))
    except ValueError:
        raise ModelError(f"shapes {one} and {other} do not broadcast") from None


def add(b: Builder, op: Op) -> Value:
    one, other = op.value(0), op.value(1)
    shape = joint(one.shape, other.shape)
    return b.emit("add", b.broadcast(one, shape), b.broadcast(other, shape))


def total(b: Builder, op: Op) -> Value:
    """Sum: of any number of arrays, one after another."""
    shape: Shape = ()
    for place in range(len(op.inputs)):
        shape = joint(shape, op.value(place).shape)
    first, *others = (b.broadcast(op.value(place), shape) for place in range(len(op.inputs)))
    for other in others:
        first = b.emit("add", first, other)
    return first


def matmul(b: Builder, op: Op) -> Value:
    """One matrix: linear. A batch of them: a convolution of 1×1 with a group for each."""
    left, right = op.value(0), op.value(1)
    if not left.shape or not right.shape:
        raise ModelError(f"shapes {left.shape} and {right.shape}, expected vectors or matrices")
    one = b.reshape(left, (1, *left.shape)) if len(left.shape) == 1 else left
    other = b.reshape(right, (*right.shape, 1)) if len(right.shape) == 1 else right
    batch = joint(one.shape[:-2], other.shape[:-2])
    (m, k), (k2, n) = one.shape[-2:], other.shape[-2:]
    if k != k2:
        raise ModelError(f"shapes {left.shape} and {right.shape} share no inner length")
    if len(other.shape) == 2:
        rows = b.reshape(one, (math.prod(one.shape[:-1]), k))
        product = b.emit("linear", rows, b.permute(other, (1, 0)), None)
    else:
        one = b.broadcast(one, (*batch, m, k))
        other = b.broadcast(other, (*batch, k, n))
        product = grouped(b, one, other, math.prod(batch))
    rest = ((m,) if len(left.shape) > 1 else ()) + ((n,) if len(right.shape) > 1 else ())
    return b.reshape(product, (*batch, *rest))


def grouped(b: Builder, one: Value, other: Value, groups: int) -> Value:
    """(groups, M, K) times (groups, K, N), K channels in and N out for each group, M images."""
    (m, k), n = one.shape[-2:], other.shape[-1]
    images = b.permute(b.reshape(one, (groups, m, k)), (1, 0, 2))
    filters = b.permute(b.reshape(other, (groups, k, n)), (0, 2, 1))
    product = b.emit(
        "conv2d",
        b.reshape(images, (m, groups * k, 1, 1)),
        b.reshape(filters, (groups * n, k, 1, 1)),
        None,
        groups=groups,
    )
    return b.permute(b.reshape(product, (m, groups, n)), (1, 0, 2))
