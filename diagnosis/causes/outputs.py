"""Wrong conventions of where any layer's results are written: axes in another order, shifted."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import permutations, product

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from ..rearrange import LETTERS, UNKNOWN, merged, orders, stored
from .axes import Change, Move, called, readings, spans
from .cause import Link, Recompute, Row
from .wrongly import moved, sizes, unknown


def output_moves() -> Iterator[Move]:
    """Results in other places, for up to four axes, which are called as those of images."""
    for first, last in spans("NCHW"):
        names = "NCHW"[first : last + 1]
        for move in readings(f"{' '.join(names)} ", called(names), first, last):
            yield replace(move, says=f"an output {move.says}")
    yield from crossed()
    for count in (4, 2, 3):
        for order in orders(count):
            letters = [LETTERS[count][k] for k in order]
            says = f"an output stored as ({', '.join(letters)})"
            yield Move(f"as {' '.join(letters)}", says, "index", partial(rewritten, order))


def crossed() -> Iterator[Move]:
    """Results that stand at the index of another axis: the channel that has the row's number."""
    for (first, last), other in product([(0, 0), (1, 1), (2, 2), (3, 3), (0, 1)], range(4)):
        if first <= other <= last:
            continue
        names, (one, _) = "NCHW"[first : last + 1], called("NCHW"[first : last + 1])
        says = f"an output whose {one} is that of the {called('NCHW'[other])[0]}'s number"
        change = partial(at_other, first, last, other)
        yield Move(f"{' '.join(names)} at {'NCHW'[other]}", says, "index", change)


def at_other(first: int, last: int, other: int, values: Array) -> Array | None:
    """For each index along one axis that of a span of axes; UNKNOWN beyond these."""
    if max(last, other) >= values.ndim:
        return None
    flat = values.reshape(merged(values.shape, first, last))
    axis = other - (last - first) * (other > last)
    count, size = flat.shape[first], flat.shape[axis]
    if min(count, size) < 2:
        return None
    index = np.arange(size).reshape(-1, *(1,) * (flat.ndim - axis - 1))
    places = np.broadcast_to(np.minimum(index, count - 1), flat.shape)
    found = np.take_along_axis(flat, places, axis=first)
    return np.where(index < count, found, UNKNOWN).reshape(values.shape)


def written(change: Change) -> Recompute:
    """The right result in other places; None where it has not the axes for that."""

    def recompute(link: Link) -> Enclosure | None:
        value = change(link.right.value)
        if value is None:
            return None
        bound = None if link.right.bound is None else change(link.right.bound)
        beyond = np.isnan(value).any() and not np.isnan(link.right.value).any()
        return unknown(Enclosure(value, bound)) if beyond else Enclosure(value, bound)

    return recompute


def rewritten(order: tuple[int, ...], values: Array) -> Array | None:
    return stored(values, order) if values.ndim == len(order) else None


TILES = {
    "TSQR": ("tiles outside", "tiles outside and sites within: row t·SY + s"),
    "TSRQ": ("tile rows outside", "tile rows outside of site rows"),
    "STQR": ("tile columns outside", "tile columns outside of site columns"),
    "SRTQ": ("sites one by one", "each site's tile stored as a whole"),
}


def tile_rows() -> Iterator[Row]:
    """Of an output whose rows are (S, T), site and tile rows, and columns (R, Q): other orders."""
    change = "put tile place (t, q) of site (s, r) at row s·TY + t and column r·TX + q"
    for axes in permutations("STRQ"):
        order = "".join(axes)
        if order != "STRQ":
            plain = f"places in the order {order}", f"its places stored as ({', '.join(order)})"
            yield *TILES.get(order, plain), change, tiles(order)


def tiles(order: str) -> Recompute:
    """The places of the output's rows and columns in that order."""
    axes = (0, 1, *(2 + "STRQ".index(axis) for axis in order))

    def recompute(link: Link) -> Enclosure:
        size = sizes(link)
        parts = tuple(size[axis] for axis in ("SY", "TY", "SX", "TX"))

        def rearranged(y: Array) -> Array:
            return stored(y.reshape(*y.shape[:2], *parts), axes).reshape(y.shape)

        return moved(link.right, rearranged)

    return recompute
