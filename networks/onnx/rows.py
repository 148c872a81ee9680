"""Operators along one axis: Softmax, LogSoftmax, ArgMax; and those on single values."""

import math
from collections.abc import Callable

from clgold.reference import Layer

from .builder import Builder
from .operators import named
from .package import ModelError
from .values import Op, Value

Reader = Callable[[Builder, Op], Value]
PER_AXIS = 13  # the first opset whose Softmax works along one axis


def normalised(layer: str) -> Reader:
    """Softmax and LogSoftmax; before opset 13 over the axis and all that follow as one row."""

    def read(b: Builder, op: Op) -> Value:
        x = op.value(0)
        rank = len(x.shape)
        axis = op.axis(-1 if op.opset >= PER_AXIS else 1, rank, beyond=op.opset < PER_AXIS)
        if op.opset >= PER_AXIS or (math.prod(x.shape[axis + 1 :]) == 1 and axis < rank):
            return b.emit(layer, x, dim=axis)
        rows = b.reshape(x, (math.prod(x.shape[:axis]), math.prod(x.shape[axis:])))
        return b.reshape(b.emit(layer, rows, dim=1), x.shape)

    return read


def arg_max(b: Builder, op: Op) -> Value:
    """The first of equal maxima. That the axis stays, of length 1, is for the reader to see to."""
    x = op.value(0)
    axis = op.axis(0, len(x.shape))
    if op.get("select_last_index", 0):
        raise ModelError("select_last_index is 1; our argmax names the first of equal maxima")
    output = b.emit("argmax", x, dim=axis)
    kept = op.get("keepdims", 1)
    return b.reshape(output, (*x.shape[:axis], 1, *x.shape[axis + 1 :])) if kept else output


def pointwise(layer: Layer) -> tuple[str, Reader]:
    """An operator that means the layer: the same operands, its attributes perhaps by other names.

    Where one is left out, ONNX's default is ours.
    """
    operator, theirs = named(layer.onnx)

    def read(b: Builder, op: Op) -> Value:
        operands = (op.value(place) for place in range(len(layer.operands)))
        given = {
            name: float(op.get(theirs.get(name, name), one.default))
            for name, one in layer.attributes.items()
        }
        return b.emit(layer.name, *operands, **given)

    return operator, read
