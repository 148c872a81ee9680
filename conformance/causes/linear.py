"""linear under other conventions."""

from collections.abc import Callable

import numpy as np

from clgold.reference.layer import Array

from .cause import Cause, Recompute, table
from .terms import BIAS, SUMS
from .wrongly import with_input, with_operand


def weights(change: Callable[[Array], Array | None]) -> Recompute:
    """The layer with other weights (O, I)."""
    return with_operand(1, lambda w, **_: change(w))


def last_product_alone(w: Array) -> Array:
    kept = np.zeros_like(w)
    kept[:, -1] = w[:, -1]
    return kept


def batch_first(x: Array) -> Array | None:
    return None if x.shape[0] == 1 else x.reshape(x.shape[::-1]).T


OWN = "output o takes row o of the weights"
ORDER = "index the weights as o·I + i"
LINEAR: tuple[Cause, ...] = table(
    "linear",
    (
        "weights (in, out)",
        "weights read as (in, out)",
        ORDER,
        weights(lambda w: w.reshape(w.shape[::-1]).T),
    ),
    *BIAS,
    *SUMS,
    (
        "last product alone",
        "the last product alone: = in place of +=",
        "add every product to the sum",
        weights(last_product_alone),
    ),
    (
        "features reversed",
        "the input's features in reverse order",
        "read feature i with weight i",
        weights(lambda w: w[:, ::-1]),
    ),
    ("next row of weights", "the next output's weights", OWN, weights(lambda w: np.roll(w, -1, 0))),
    ("row before", "the weights of the output before", OWN, weights(lambda w: np.roll(w, 1, 0))),
    (
        "first row for all",
        "the first output's weights everywhere",
        OWN,
        weights(lambda w: np.broadcast_to(w[:1], w.shape).copy()),
    ),
    (
        "shifted by one feature",
        "weight i for feature i + 1",
        "read feature i with weight i",
        weights(lambda w: np.roll(w, 1, axis=1)),
    ),
    (
        "shifted back by one feature",
        "weight i for feature i - 1",
        "read feature i with weight i",
        weights(lambda w: np.roll(w, -1, axis=1)),
    ),
    (
        "input (features, batch)",
        "an input read as (features, batch)",
        "index the input as n·I + i",
        with_input(batch_first),
    ),
)
FLATTEN_ORDER = "index the image as (c·H + h)·W + w"


def flattened(order: str) -> Recompute:
    """An image flattened in another order of its axes."""
    axes = [0, *("NCHW".index(axis) for axis in order)]

    def read(x: Array) -> Array | None:
        if x.ndim != 4:
            return None
        moved_axes = x.transpose(axes)
        return moved_axes.reshape(x.shape)

    return with_input(read)


FLATTEN: tuple[Cause, ...] = table(
    "flatten",
    ("flattened as HWC", "an image flattened as (H, W, C)", FLATTEN_ORDER, flattened("HWC")),
    ("flattened as CWH", "an image flattened as (C, W, H)", FLATTEN_ORDER, flattened("CWH")),
    ("flattened as WHC", "an image flattened as (W, H, C)", FLATTEN_ORDER, flattened("WHC")),
    ("flattened as HCW", "an image flattened as (H, C, W)", FLATTEN_ORDER, flattened("HCW")),
    ("flattened as WCH", "an image flattened as (W, C, H)", FLATTEN_ORDER, flattened("WCH")),
    (
        "flattened the other way",
        "an image stored as (H, W, C) in memory and taken for (C, H, W)",
        FLATTEN_ORDER,
        with_input(
            lambda x: (
                x.reshape(x.shape[0], *x.shape[2:], x.shape[1]).transpose(0, 3, 1, 2)
                if x.ndim == 4
                else None
            )
        ),
    ),
    (
        "reversed",
        "features in reverse order",
        "leave the elements in their order",
        with_input(lambda x: x.reshape(x.shape[0], -1)[:, ::-1].reshape(x.shape)),
    ),
)
