"""Operators that lay values out anew, and those whose results are known before anything runs."""

import math

import numpy as np

from clgold.reference.spec import Shape

from .builder import Builder
from .loading import array_of, limited
from .package import ModelError
from .values import FLOAT, INTEGER, Op, Value

WITH_INPUTS = 13  # the first opset whose Squeeze and Unsqueeze take their axes as an input


def identity(b: Builder, op: Op) -> Value:
    return op.any(0)


def dropout(b: Builder, op: Op) -> Value:
    """Inference drops nothing."""
    if op.has(2) and bool(op.constant(2).any()):
        ratio = float(op.constant(1)) if op.has(1) else 0.5
        if ratio != 0:
            raise ModelError("it drops values at random (training_mode)")
    return op.any(0)


def flatten(b: Builder, op: Op) -> Value:
    x = op.any(0)
    axis = op.axis(1, len(x.shape), beyond=True)
    return b.reshape(x, (math.prod(x.shape[:axis]), math.prod(x.shape[axis:])))


def reshape(b: Builder, op: Op) -> Value:
    x, wanted = op.any(0), op.integers(1)
    return b.reshape(x, resolved(x.shape, wanted, bool(op.get("allowzero", 0))))


def resolved(given: Shape, wanted: tuple[int, ...], allow_zero: bool) -> Shape:
    """Reshape's shape: 0 keeps the input's length, one −1 takes what is left."""
    shape = list(wanted)
    for k, length in enumerate(shape):
        if length == 0 and not allow_zero:
            if k >= len(given):
                raise ModelError(f"shape {list(wanted)} keeps axis {k}, its input has {given}")
            shape[k] = given[k]
    if shape.count(-1) > 1 or min(shape, default=1) < -1:
        raise ModelError(f"shape is {list(wanted)}, expected lengths and at most one -1")
    if -1 in shape:
        rest = -math.prod(shape)
        shape[shape.index(-1)] = math.prod(given) // rest if rest else 0
    if math.prod(shape) != math.prod(given):
        raise ModelError(f"shape is {list(wanted)}, which does not hold its input's {given}")
    return tuple(shape)


def axes_of(op: Op) -> tuple[int, ...] | None:
    """The axes that Squeeze and Unsqueeze are about."""
    if op.opset >= WITH_INPUTS:
        return op.integers(1) if op.has(1) else None
    found = op.get("axes", None)
    return None if found is None else tuple(int(one) for one in found)


def counted(axes: tuple[int, ...], rank: int) -> set[int]:
    """The axes from the front."""
    if any(not -rank <= axis < rank for axis in axes) or len(set(axes)) < len(axes):
        raise ModelError(f"axes is {list(axes)}, expected some of {-rank} to {rank - 1}, once each")
    return {axis % rank for axis in axes}


def squeeze(b: Builder, op: Op) -> Value:
    x, given = op.any(0), axes_of(op)
    ones = {k for k, length in enumerate(x.shape) if length == 1}
    dropped = ones if given is None else counted(given, len(x.shape))
    if not dropped <= ones:
        raise ModelError(f"axes {sorted(dropped)} of {x.shape} are not all 1 long")
    return b.reshape(x, tuple(n for k, n in enumerate(x.shape) if k not in dropped))


def unsqueeze(b: Builder, op: Op) -> Value:
    x, given = op.any(0), axes_of(op)
    if given is None:
        raise ModelError("its axes are missing")
    added = counted(given, len(x.shape) + len(given))
    rest = iter(x.shape)
    rank = len(x.shape) + len(given)
    return b.reshape(x, tuple(1 if k in added else next(rest) for k in range(rank)))


def transpose(b: Builder, op: Op) -> Value:
    x = op.any(0)
    rank = len(x.shape)
    order = tuple(int(one) for one in op.get("perm", ()) or range(rank - 1, -1, -1))
    if sorted(order) != list(range(rank)):
        raise ModelError(f"perm is {list(order)}, expected the axes of {x.shape} in some order")
    return b.permute(x, order)


def concat(b: Builder, op: Op) -> Value:
    parts = [op.any(k) for k in range(len(op.inputs))]
    axis = op.axis(0, len(parts[0].shape))
    if parts[0].dtype != FLOAT and all(part.array is not None for part in parts):
        try:
            array = np.concatenate([part.array for part in parts if part.array is not None], axis)
        except ValueError as reason:
            raise ModelError(str(reason)) from None
        return b.constant(op.outputs[0], array)
    return b.emit("concat", *(op.value(k) for k in range(len(parts))), dim=axis)


def shape_of(b: Builder, op: Op) -> Value:
    shape = op.any(0).shape[op.get("start", 0) : op.get("end", None)]
    return b.constant(op.outputs[0], np.array(shape, INTEGER))


def constant(b: Builder, op: Op) -> Value:
    """An array, a number or a list of them."""
    given = dict(op.attributes)
    if len(given) != 1:
        raise ModelError(f"has {len(given)} values, expected one")
    ((kind, value),) = given.items()
    if kind == "value":
        return b.constant(op.outputs[0], array_of(value))
    if kind not in ("value_float", "value_floats", "value_int", "value_ints"):
        raise ModelError(f"its {kind} is no array of numbers")
    dtype: type = np.float32 if "float" in kind else np.int64
    return b.constant(op.outputs[0], np.array(value, dtype))


def constant_of_shape(b: Builder, op: Op) -> Value:
    """A number, 0 unless it is given, in every place of a shape."""
    shape = op.integers(0)
    if min(shape, default=1) < 0:
        raise ModelError(f"its shape is {list(shape)}, expected no negative lengths")
    limited(f"its output {op.outputs[0]!r}", shape)
    given = op.get("value", None)
    number = np.zeros(1, np.float32) if given is None else array_of(given)
    if number.size != 1:
        raise ModelError(f"its value holds {number.size} numbers, expected one")
    return b.constant(op.outputs[0], np.full(shape, number.ravel()[0], number.dtype))
