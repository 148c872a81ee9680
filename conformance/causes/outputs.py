"""What may happen to any layer's output, whatever it computes, and to a batch's images."""

from collections.abc import Callable

import numpy as np

from clgold.reference import LAYERS, Enclosure
from clgold.reference.layer import Array, enclose

from .cause import OUTPUT, Cause, Link, Recompute, table
from .wrongly import moved, then, with_input

Axes = tuple[int, ...]


def stored(*order: int) -> Recompute:
    """An output (N, C, H, W) stored with its axes in another order."""

    def recompute(link: Link) -> Enclosure | None:
        if len(link.shape) != len(order):
            return None
        return moved(link.right, lambda y: y.transpose(order).reshape(link.shape))

    return recompute


def along(axis: int, change: Callable[[Array, int], Array], least: int = 2) -> Recompute:
    """The output changed along an axis that is at least so long."""

    def recompute(link: Link) -> Enclosure | None:
        if len(link.shape) <= axis or link.shape[axis] < least:
            return None
        return moved(link.right, lambda y: change(y, axis))

    return recompute


def bias_after(link: Link) -> Enclosure | None:
    """The bias added to the chain's result in place of the sums of products."""
    k = next((k for k, one in enumerate(link.before) if "bias" in one.layer.operands), None)
    if k is None or link.layer.dtype != np.float32 or link.layer.name == "softmax":
        return None
    sums, bias = link.before[k], link.before[k].operands[2]
    if bias is None or "running_mean" in sums.layer.operands:
        return None
    last = computed(sums, *sums.operands[:2], None)
    for one in (*link.before[k + 1 :], link):
        last = computed(one, last, *one.operands[1:])
    offset = bias.value.reshape(-1, *(1,) * (len(link.shape) - 2))
    value = last.value + offset
    rounding = 2 * link.profile.u * (np.abs(value) + np.abs(offset))
    return Enclosure(value, last.radius + rounding)


def computed(link: Link, *operands: Enclosure | None) -> Enclosure:
    """The layer on other operands."""
    return enclose(link.layer, operands, link.attributes, link.profile)


def roll(step: int) -> Callable[[Array, int], Array]:
    return lambda y, axis: np.roll(y, step, axis)


PLACE = "index the output as ((n·C + c)·H + y)·W + x"
OUTPUTS: tuple[Cause, ...] = table(
    OUTPUT,
    ("stored as NHWC", "an output stored as (N, H, W, C)", PLACE, stored(0, 2, 3, 1)),
    ("rows and columns exchanged", "an output stored as (N, C, W, H)", PLACE, stored(0, 1, 3, 2)),
    ("stored as CNHW", "an output stored as (C, N, H, W)", PLACE, stored(1, 0, 2, 3)),
    ("stored as NHCW", "an output stored as (N, H, C, W)", PLACE, stored(0, 2, 1, 3)),
    ("stored as NWHC", "an output stored as (N, W, H, C)", PLACE, stored(0, 3, 2, 1)),
    ("stored by columns", "an output stored column by column", PLACE, stored(1, 0)),
    ("images reversed", "the batch's images in reverse order", PLACE, along(0, np.flip)),
    ("channels reversed", "the channels in reverse order", PLACE, along(1, np.flip)),
    ("rows reversed", "the rows in reverse order", PLACE, along(2, np.flip)),
    ("columns reversed", "the columns in reverse order", PLACE, along(3, np.flip)),
    ("one row later", "results written one row later", PLACE, along(2, roll(1))),
    ("one row earlier", "results written one row earlier", PLACE, along(2, roll(-1))),
    ("one column later", "results written one column later", PLACE, along(3, roll(1))),
    ("one column earlier", "results written one column earlier", PLACE, along(3, roll(-1))),
    ("one channel later", "results written one channel later", PLACE, along(1, roll(1))),
    ("one channel earlier", "results written one channel earlier", PLACE, along(1, roll(-1))),
    ("one image later", "results written one image later", PLACE, along(0, roll(1))),
    (
        "bias after the activation",
        "a bias added to the result in place of the sums",
        "start the sums at the bias",
        bias_after,
    ),
    (
        "sign reversed",
        "results of the other sign",
        "leave the result's sign as it is",
        lambda link: (
            Enclosure(-link.right.value, link.right.radius)
            if link.layer.dtype == np.float32
            else None
        ),
    ),
    (
        "zeros",
        "zeros everywhere",
        "write the result",
        lambda link: Enclosure(np.zeros_like(link.right.value)),
    ),
)


def first_image(x: Array) -> Array | None:
    return None if x.shape[0] == 1 else np.broadcast_to(x[:1], x.shape).copy()


LINEAR_ONES = ("conv2d", "local2d", "linear", "batch_norm", "scale_shift", "add")
RECTIFIED: tuple[Cause, ...] = tuple(
    cause
    for layer in LINEAR_ONES
    for cause in table(
        layer,
        (
            "ReLU applied",
            "a ReLU applied to the result",
            "leave negative results as they are",
            then(lambda y: np.maximum(y, 0.0)),
        ),
    )
)
BATCHED = ("scale_shift", "add", "concat", "affine_grid", "elu", "relu", "tanh", "sigmoid")
BATCH: tuple[Cause, ...] = tuple(
    cause
    for layer in LAYERS
    if layer.name not in BATCHED
    for cause in table(
        layer.name,
        (
            "first image for all",
            "the batch's first image in place of every one",
            "add n times an image's size to the input's index",
            with_input(first_image),
        ),
    )
)
