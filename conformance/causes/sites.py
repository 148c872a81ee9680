"""local2d under other conventions: which weights a site takes, and where its tile goes."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.spec import Pair

from .cause import Cause, Link, Recompute, table
from .frames import framed, seen
from .wrongly import again, with_operand

AXES = ["M", "TY", "TX", "C", "KY", "KX", "SY", "SX"]


def weights(change: Callable[[Array], Array | None]) -> Recompute:
    """The layer with other weights (M, TY, TX, C, KY, KX, SY, SX)."""
    return with_operand(1, lambda w, **_: change(w))


def stored(*order: str) -> Recompute:
    """Weights read as if their axes were stored in another order."""

    def read(w: Array) -> Array:
        sizes = dict(zip(AXES, w.shape, strict=True))
        return w.reshape([sizes[a] for a in order]).transpose([order.index(a) for a in AXES])

    return weights(read)


def exchanged(one: str, two: str) -> Recompute:
    """Weights read as if two of their axes were stored in each other's place."""
    names = {one: two, two: one}
    return stored(*(names.get(axis, axis) for axis in AXES))


def tiles(order: str) -> Recompute:
    """The output with its places (S, T, R, Q) = (site row, tile row, site column, tile column)
    in another order: "TSQR" has the tiles outside and the sites within."""

    def recompute(link: Link) -> Enclosure | None:
        assert link.operands[1] is not None
        _, ty, tx, _, _, _, sy, sx = link.operands[1].value.shape

        def place(y: Array) -> Array:
            n, m = y.shape[:2]
            parts = y.reshape(n, m, sy, ty, sx, tx)
            return parts.transpose(0, 1, *(2 + "STRQ".index(axis) for axis in order)).reshape(
                y.shape
            )

        return Enclosure(place(link.right.value), place(link.right.radius))

    return recompute


def windows_at(stride: Callable[[Pair, Pair], Pair], shift: Pair = (0, 0)) -> Recompute:
    """Windows that start elsewhere: stride(stride, kernel), zeros beyond the image."""

    def recompute(link: Link) -> Enclosure:
        x, w = link.operands
        assert x is not None
        assert w is not None
        kernel, sites = w.value.shape[4:6], w.value.shape[6:8]
        step = stride(link.attributes["stride"], (kernel[0], kernel[1]))
        size = seen((sites[0], sites[1]), (kernel[0], kernel[1]), step, (1, 1))
        return again(link, framed(x, shift, size, "zeros"), w, stride=step)

    return recompute


def without(*at: int | slice) -> Recompute:
    """The layer without the products of these weights, an index from C on."""

    def drop(w: Array) -> Array:
        kept = w.copy()
        kept[(slice(None),) * 3 + at] = 0.0
        return kept

    return weights(drop)


def at_site(row: int, column: int) -> Recompute:
    """One site's weights everywhere."""

    def pick(w: Array) -> Array:
        one = w[..., row, column][..., np.newaxis, np.newaxis]
        return np.broadcast_to(one, w.shape).copy()

    return weights(pick)


SITE = "index the weights' sites as s·SX + r"
OWN = "take the weights of the element's own site"
ORDER = "index the weights as (M, TY, TX, C, KY, KX, SY, SX)"
TILE = "put tile place (t, q) of site (s, r) at row s·TY + t and column r·TX + q"
ALL = "let the loops run over all products"
LOCAL2D: tuple[Cause, ...] = table(
    "local2d",
    ("weights shared between sites", "the first site's weights everywhere", OWN, at_site(0, 0)),
    (
        "sites exchanged",
        "site rows and columns exchanged in the weights",
        SITE,
        exchanged("SY", "SX"),
    ),
    ("last site's weights", "the last site's weights everywhere", OWN, at_site(-1, -1)),
    (
        "sites reversed",
        "the sites' weights in reverse order",
        SITE,
        weights(lambda w: w[..., ::-1, ::-1]),
    ),
    (
        "next site",
        "the next site's weights",
        SITE,
        weights(lambda w: np.roll(w.reshape(*w.shape[:6], -1), -1, axis=-1).reshape(w.shape)),
    ),
    (
        "one row of sites",
        "the first row of sites' weights in every row",
        OWN,
        weights(lambda w: np.broadcast_to(w[..., :1, :], w.shape).copy()),
    ),
    (
        "one column of sites",
        "the first column of sites' weights in every column",
        OWN,
        weights(lambda w: np.broadcast_to(w[..., :1], w.shape).copy()),
    ),
    (
        "tile exchanged",
        "tile rows and columns exchanged in the weights",
        ORDER,
        exchanged("TY", "TX"),
    ),
    ("kernel transposed", "a kernel read as (KX, KY)", ORDER, exchanged("KY", "KX")),
    (
        "sites first",
        "weights read as (SY, SX, M, TY, TX, C, KY, KX)",
        ORDER,
        stored("SY", "SX", "M", "TY", "TX", "C", "KY", "KX"),
    ),
    (
        "sites after filters",
        "weights read as (M, SY, SX, TY, TX, C, KY, KX)",
        ORDER,
        stored("M", "SY", "SX", "TY", "TX", "C", "KY", "KX"),
    ),
    (
        "sites after tiles",
        "weights read as (M, TY, TX, SY, SX, C, KY, KX)",
        ORDER,
        stored("M", "TY", "TX", "SY", "SX", "C", "KY", "KX"),
    ),
    ("tiles outside", "tiles outside and sites within: row t·SY + s", TILE, tiles("TSQR")),
    ("tile rows outside", "tile rows outside of site rows", TILE, tiles("TSRQ")),
    ("tile columns outside", "tile columns outside of site columns", TILE, tiles("STQR")),
    ("sites one by one", "each site's tile stored as a whole", TILE, tiles("SRTQ")),
    (
        "kernel flipped",
        "a flipped kernel",
        "read the taps in their own order",
        weights(lambda w: w[:, :, :, :, ::-1, ::-1]),
    ),
    (
        "strides exchanged",
        "stride_h and stride_w exchanged",
        "advance rows by stride[0], columns by stride[1]",
        windows_at(lambda stride, kernel: stride[::-1]),
    ),
    (
        "stride ignored",
        "stride 1",
        "advance windows by the stride",
        windows_at(lambda stride, kernel: (1, 1)),
    ),
    (
        "stride = kernel size",
        "windows side by side",
        "advance windows by the stride",
        windows_at(lambda stride, kernel: kernel),
    ),
    (
        "shifted down and right",
        "windows one row and one column late",
        "start windows at site times stride",
        windows_at(lambda stride, kernel: stride, (1, 1)),
    ),
    (
        "shifted up and left",
        "windows one row and one column early",
        "start windows at site times stride",
        windows_at(lambda stride, kernel: stride, (-1, -1)),
    ),
    ("last product skipped", "a sum without its last product", ALL, without(-1, -1, -1)),
    ("first product skipped", "a sum without its first product", ALL, without(0, 0, 0)),
    ("last channel skipped", "sums without the last input channel", ALL, without(-1)),
    ("last kernel row skipped", "a kernel without its last row", ALL, without(slice(None), -1)),
    (
        "last kernel column skipped",
        "a kernel without its last column",
        ALL,
        without(slice(None), slice(None), -1),
    ),
    ("filters reversed", "the filters in reverse order", ORDER, weights(lambda w: w[::-1])),
    (
        "first filter for all",
        "the first filter for every output channel",
        ORDER,
        weights(lambda w: np.broadcast_to(w[:1], w.shape).copy()),
    ),
    (
        "first of the tile for all",
        "the tile's first weights for all of it",
        ORDER,
        weights(lambda w: np.broadcast_to(w[:, :1, :1], w.shape).copy()),
    ),
)
