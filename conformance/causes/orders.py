"""permute and reshape under other orders of axes."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .linear import FLATTEN_ORDER, flattened
from .wrongly import with_input

Order = tuple[int, ...]


def ordered(order: Callable[[Order], Order]) -> Recompute:
    """The axes in another order, the values in the right result's places."""

    def recompute(link: Link) -> Enclosure:
        first = link.operands[0]
        assert first is not None
        axes = order(link.attributes["dims"])

        def place(x: Array) -> Array:
            return x.transpose(axes).reshape(link.shape)

        return Enclosure(place(first.value), place(first.radius))

    return recompute


def inverse(dims: Order) -> Order:
    return tuple(int(k) for k in np.argsort(dims))


def exchanged(one: int, two: int) -> Callable[[Order], Order]:
    """Two axes of the result exchanged."""

    def order(dims: Order) -> Order:
        names = list(dims)
        if max(one, -two) < len(names):
            names[one], names[two] = names[two], names[one]
        return tuple(names)

    return order


def reversed_in_memory(x: Array) -> Array:
    return x.ravel()[::-1].reshape(x.shape)


def by_columns(x: Array) -> Array:
    return x.ravel(order="F").reshape(x.shape)


AXIS = "axis k of the result is axis dims[k] of the input"
PERMUTE: tuple[Cause, ...] = table(
    "permute",
    ("inverse order", "the inverse order: axis dims[k] is axis k", AXIS, ordered(inverse)),
    ("left in place", "values left in place", AXIS, ordered(lambda dims: tuple(sorted(dims)))),
    ("axes reversed", "all axes in reverse", AXIS, ordered(lambda dims: tuple(sorted(dims)[::-1]))),
    ("last axes exchanged", "the last two axes exchanged", AXIS, ordered(exchanged(-1, -2))),
    ("first axes exchanged", "the first two axes exchanged", AXIS, ordered(exchanged(0, 1))),
)
RESHAPE: tuple[Cause, ...] = table(
    "reshape",
    ("read as HWC", "an image read as (H, W, C)", FLATTEN_ORDER, flattened("HWC")),
    ("read as CWH", "an image read as (C, W, H)", FLATTEN_ORDER, flattened("CWH")),
    ("read as WHC", "an image read as (W, H, C)", FLATTEN_ORDER, flattened("WHC")),
    ("read by columns", "values in Fortran's order", "keep the order", with_input(by_columns)),
    ("reversed", "values in reverse order", "keep the order", with_input(reversed_in_memory)),
)
