"""Operators on images: Conv, the poolings, normalisations, AffineGrid and GridSample."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from clgold.reference.spec import Shape
from clgold.reference.windows import extent

from .builder import Builder, filled
from .package import ModelError
from .padding import Windows, as_image, like, overhangs, windows
from .values import Op, Value

NONE = ((0, 0), (0, 0))
LOWEST = float(np.finfo(np.float32).min)  # a weight is finite: below any pixel but −∞


def conv(b: Builder, op: Op) -> Value:
    x, weight = op.value(0), op.value(1)
    bias = op.value(2) if op.has(2) else None
    image, filters = as_image(b, x), as_image(b, weight)
    if len(x.shape) != len(weight.shape):
        raise ModelError(f"its input has shape {x.shape}, its filters {weight.shape}")
    taps = weight.shape[2:]
    if tuple(op.get("kernel_shape", taps)) != taps:
        raise ModelError(f"kernel_shape is {op.get('kernel_shape', ())}, filters are {taps}")
    found = windows(op, x.shape[2:], taps)
    more = {"dilation": found.dilation, "groups": int(op.get("group", 1))}
    return like(b, b.emit("conv2d", image, filters, bias, **found.steps, **more), x)


def pooled(b: Builder, op: Op) -> tuple[Value, Value, Windows]:
    """A pooling's input, the same as an image, and its windows."""
    x = op.value(0)
    image = as_image(b, x)
    return x, image, windows(op, x.shape[2:], tuple(op.get("kernel_shape", ())))


def max_pool(b: Builder, op: Op) -> Value:
    x, image, found = pooled(b, op)
    overhangs(image.shape, found, "max_pool2d", op.opset)
    if wide(found, image.shape[2:]):
        image, found = padded(b, image, found, LOWEST), replace(found, padding=NONE)
    attributes = found.steps | {"dilation": found.dilation, "ceil_mode": found.ceil_mode}
    return like(b, b.emit("max_pool2d", image, kernel_size=found.kernel, **attributes), x)


def average_pool(b: Builder, op: Op) -> Value:
    x, image, found = pooled(b, op)
    included = bool(op.get("count_include_pad", 0))
    if overhangs(image.shape, found, "avg_pool2d", op.opset) and included:
        raise ModelError("ceil_mode's last window overhangs, and its divisor is not defined")
    if found.dilation != (1, 1):
        return like(b, dilated_average(b, image, found, included), x)
    if wide(found, image.shape[2:]):
        if not included:
            raise ModelError(f"padding {found.padding} is more than half of the window")
        image, found = padded(b, image, found, 0.0), replace(found, padding=NONE)
    attributes = found.steps | {"ceil_mode": found.ceil_mode, "count_include_pad": included}
    return like(b, b.emit("avg_pool2d", image, kernel_size=found.kernel, **attributes), x)


def dilated_average(b: Builder, image: Value, found: Windows, included: bool) -> Value:
    """A convolution of each channel by 1/n, which float32 holds where n is a power of two."""
    count, channels = math.prod(found.kernel), image.shape[1]
    same = included or found.padding == NONE
    if count & (count - 1) or not same or overhangs(image.shape, found, "avg_pool2d", 0):
        raise ModelError("avg_pool2d has no dilations, and this is no convolution by a power of ½")
    weight = filled(f"{b.stem}.mean", (channels, 1, *found.kernel), 1 / count)
    more = {"dilation": found.dilation, "groups": channels}
    return b.emit("conv2d", image, weight, None, **found.steps, **more)


def lp_pool(b: Builder, op: Op) -> Value:
    x, image, found = pooled(b, op)
    power = int(op.get("p", 2))
    if found.dilation != (1, 1):
        raise ModelError("lp_pool2d has no dilations")
    if overhangs(image.shape, found, "lp_pool2d", op.opset):
        raise ModelError("lp_pool2d scales windows up that overhang (ceil_mode), ONNX does not")
    image = padded(b, absolute(b, image) if power % 2 else image, found, 0.0)
    sizes = {"kernel_size": found.kernel, "stride": found.stride, "norm_type": power}
    return like(b, b.emit("lp_pool2d", image, **sizes, ceil_mode=found.ceil_mode), x)


def absolute(b: Builder, x: Value) -> Value:
    """|x| as relu(x) + relu(−x), both exact."""
    nothing = filled(f"{b.stem}.zeros", (1, *x.shape[1:]), 0.0)
    negative = b.emit("scale_shift", x, filled(f"{b.stem}.minus", (1,), -1.0), nothing)
    return b.emit("add", b.emit("relu", x), b.emit("relu", negative))


def wide(found: Windows, sizes: Shape) -> bool:
    """Whether the padding is more than half of the window: our poolings refuse that, as torch does.

    ModelError where a window over an image of these sizes sees nothing but padding, and with
    ceil_mode, whose last window depends on what is padding.
    """
    around = [max(sides) for sides in found.padding]
    spans = [extent(taps, gap) for taps, gap in zip(found.kernel, found.dilation, strict=True)]
    if not any(side > span // 2 for side, span in zip(around, spans, strict=True)):
        return False
    blind = any(side >= span for side, span in zip(around, spans, strict=True))
    if blind or any(size < gap for size, gap in zip(sizes, found.dilation, strict=True)):
        raise ModelError(f"padding {found.padding}: a window may see nothing but padding")
    if found.ceil_mode:
        raise ModelError(f"padding {found.padding} is more than half of the window, with ceil_mode")
    return True


def padded(b: Builder, image: Value, found: Windows, number: float) -> Value:
    """The image with its padding of one number, for a layer that has none."""
    for dim, (before, after) in zip((2, 3), found.padding, strict=True):
        parts: list[Value] = [image]
        for place, length in ((0, before), (2, after)):
            shape = (*image.shape[:dim], length, *image.shape[dim + 1 :])
            if length:
                parts.insert(place, filled(f"{b.stem}.padding", shape, number))
        image = b.emit("concat", *parts, dim=dim) if len(parts) > 1 else image
    return image


def global_pool(layer: str) -> Callable[[Builder, Op], Value]:
    """One window over the whole image, of any number of axes."""

    def pool(b: Builder, op: Op) -> Value:
        x = op.value(0)
        if len(x.shape) < 3:
            raise ModelError(f"its input has shape {x.shape}, expected (N, C, …)")
        n, c, *sizes = x.shape
        flat = x if len(sizes) == 2 else b.reshape(x, (n, c, 1, math.prod(sizes)))
        output = b.emit(layer, flat, kernel_size=flat.shape[2:])
        return b.reshape(output, (n, c, *(1 for _ in sizes)))

    return pool


def batch_normalization(b: Builder, op: Op) -> Value:
    x, scale, bias, mean, variance = (op.value(k) for k in range(5))
    trains = op.opset < 14 and len(op.outputs) > 1
    if op.get("training_mode", 0) or trains or not op.get("spatial", 1):
        raise ModelError("our batch_norm is that of inference, with statistics per channel")
    if variance.array is not None and (variance.array < 0).any():
        raise ModelError(f"its input {variance.name!r} holds a negative variance")
    if len(x.shape) < 2:
        raise ModelError(f"its input has shape {x.shape}, expected (N, C, …)")
    n, c, *sizes = x.shape
    image = x if len(sizes) in (0, 2) else b.reshape(x, (n, c, math.prod(sizes), 1))
    eps = float(op.get("epsilon", 1e-5))
    return b.reshape(b.emit("batch_norm", image, mean, variance, scale, bias, eps=eps), x.shape)


def lrn(b: Builder, op: Op) -> Value:
    size = int(op.get("size", 1))
    if size % 2 == 0:
        raise ModelError(f"size is {size}; ONNX lays an even window one channel further on")
    constants = {"alpha": op.get("alpha", 1e-4), "beta": op.get("beta", 0.75)}
    return b.emit("local_response_norm", op.value(0), size=size, k=op.get("bias", 1.0), **constants)


def affine_grid(b: Builder, op: Op) -> Value:
    theta, size = op.value(0), op.integers(1)
    if len(size) != 4:
        raise ModelError(f"size is {list(size)}, and our layers are two-dimensional")
    corners = bool(op.get("align_corners", 0))
    return b.emit("affine_grid", theta, size=size, align_corners=corners)


def grid_sample(b: Builder, op: Op) -> Value:
    mode = op.get("mode", b"linear").decode(errors="replace")
    mode = {"linear": "bilinear"}.get(mode, mode)
    outside = op.get("padding_mode", b"zeros").decode(errors="replace")
    if mode not in ("bilinear", "nearest"):
        raise ModelError(f"mode is {mode!r}; our grid_sample is bilinear or nearest")
    if (mode, outside) == ("nearest", "reflection"):
        raise ModelError("ONNX rounds to the nearest before it reflects, our grid_sample after")
    if len(op.value(0).shape) != 4:
        raise ModelError(f"its input has shape {op.value(0).shape}, our layers are two-dimensional")
    corners = bool(op.get("align_corners", 0))
    modes = {"mode": mode, "padding_mode": outside, "align_corners": corners}
    return b.emit("grid_sample", op.value(0), op.value(1), **modes)
