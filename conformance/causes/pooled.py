"""What all pools share: where their windows lie, and how that goes wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.spec import Pair

from .cause import Link, Recompute, Row
from .convolution import as_stored
from .frames import all_windows
from .wrongly import with_input

# (link, changed geometry) → the pool over windows that lie elsewhere
Pool = Callable[[Link, dict[str, Any]], Enclosure]
PLACES = "start at the place times stride, minus padding"


def own_geometry(link: Link) -> dict[str, Any]:
    """kernel, stride, origin (top and left padding) and dilation of a pool."""
    given = link.attributes
    (top, _), (left, _) = given.get("padding", ((0, 0), (0, 0)))
    return {
        "kernel": given["kernel_size"],
        "stride": given["stride"],
        "origin": (top, left),
        "dilation": given.get("dilation", (1, 1)),
    }


def cut(link: Link, values: Array, outside: float, **changed: Any) -> Array:
    """(N, C, OH, OW, KH, KW): as many windows as the right layer has."""
    counts = (link.shape[2], link.shape[3])
    return all_windows(values, counts, outside=outside, **(own_geometry(link) | changed))


def elsewhere(pool: Pool, change: Callable[..., dict[str, Any]]) -> Recompute:
    """The pool with change(kernel, stride, origin, dilation) → what differs."""
    return lambda link: pool(link, change(**own_geometry(link)))


def larger(kernel: Pair, rows: int, columns: int) -> dict[str, Any]:
    return {"kernel": (max(kernel[0] + rows, 1), max(kernel[1] + columns, 1))}


def over_windows(reduce: Callable[[Array], Array], outside: float = 0.0) -> Recompute:
    """Another function of each window, (…, KH, KW) → (…), nowhere steeper than their sum."""

    def recompute(link: Link) -> Enclosure:
        first = link.operands[0]
        assert first is not None
        value = reduce(cut(link, first.value, outside))
        with np.errstate(all="ignore"):
            size = cut(link, np.abs(first.value), 0.0)
            moved = cut(link, first.radius, 0.0).sum(axis=(4, 5))
        terms = size.shape[4] * size.shape[5]
        rounded = (2 * terms + 16) * link.profile.u * (np.abs(value) + size.mean(axis=(4, 5)))
        exact = np.isin(value, first.value) if first.exact else np.zeros(1, bool)
        return Enclosure(value, np.where(exact, 0.0, rounded + moved))

    return recompute


def shifted(pool: Pool, down: int, right: int) -> Recompute:
    return elsewhere(pool, lambda origin, **_: {"origin": (origin[0] - down, origin[1] - right)})


def window_rows(pool: Pool, padded: bool = True) -> tuple[Row, ...]:
    """Windows that lie elsewhere, for any pool; `padded` if it knows padding."""
    return (
        (
            "stride = kernel size",
            "windows side by side: the kernel size for the stride",
            "advance by stride, not by kernel_size",
            elsewhere(pool, lambda kernel, **_: {"stride": kernel}),
        ),
        ("stride ignored", "stride 1", PLACES, elsewhere(pool, lambda **_: {"stride": (1, 1)})),
        (
            "strides exchanged",
            "stride_h and stride_w exchanged",
            "advance rows by stride[0], columns by stride[1]",
            elsewhere(pool, lambda stride, **_: {"stride": stride[::-1]}),
        ),
        (
            "kernel sizes exchanged",
            "the window's height and width exchanged",
            "run over kernel_size[0] rows and kernel_size[1] columns",
            elsewhere(pool, lambda kernel, **_: {"kernel": kernel[::-1]}),
        ),
        *(padding_rows(pool) if padded else ()),
        *size_rows(pool),
        *shift_rows(pool),
        (
            "input read as NHWC",
            "an input read as (N, H, W, C)",
            "index the input as ((n·C + c)·H + y)·W + x",
            with_input(as_stored("NHWC")),
        ),
    )


def size_rows(pool: Pool) -> tuple[Row, ...]:
    """Windows of another size."""
    taps = "run over kernel_size taps"
    return (
        (
            "window one short",
            "windows without their last row and column",
            taps,
            elsewhere(pool, lambda kernel, **_: larger(kernel, -1, -1)),
        ),
        (
            "window one row short",
            "windows without their last row",
            taps,
            elsewhere(pool, lambda kernel, **_: larger(kernel, -1, 0)),
        ),
        (
            "window one column short",
            "windows without their last column",
            taps,
            elsewhere(pool, lambda kernel, **_: larger(kernel, 0, -1)),
        ),
        (
            "window one too long",
            "windows one row and one column too long",
            taps,
            elsewhere(pool, lambda kernel, **_: larger(kernel, 1, 1)),
        ),
        (
            "first row alone",
            "the window's first row alone",
            taps,
            elsewhere(pool, lambda kernel, **_: {"kernel": (1, kernel[1])}),
        ),
        (
            "first column alone",
            "the window's first column alone",
            taps,
            elsewhere(pool, lambda kernel, **_: {"kernel": (kernel[0], 1)}),
        ),
    )


def shift_rows(pool: Pool) -> tuple[Row, ...]:
    """Windows that lie one pixel beside their place."""
    return (
        (
            "shifted down and right",
            "windows one row and one column late",
            PLACES,
            shifted(pool, 1, 1),
        ),
        (
            "shifted up and left",
            "windows one row and one column early",
            PLACES,
            shifted(pool, -1, -1),
        ),
        ("shifted down", "windows one row late", PLACES, shifted(pool, 1, 0)),
        ("shifted up", "windows one row early", PLACES, shifted(pool, -1, 0)),
        ("shifted right", "windows one column late", PLACES, shifted(pool, 0, 1)),
        ("shifted left", "windows one column early", PLACES, shifted(pool, 0, -1)),
    )


def padding_rows(pool: Pool) -> tuple[Row, ...]:
    """Padding on other sides."""
    return (
        (
            "padding ignored",
            "windows that start at the image's corner, without padding",
            PLACES,
            elsewhere(pool, lambda **_: {"origin": (0, 0)}),
        ),
        (
            "paddings exchanged",
            "the paddings of rows and columns exchanged",
            "start rows at -padding[0] and columns at -padding[1]",
            elsewhere(pool, lambda origin, **_: {"origin": origin[::-1]}),
        ),
        (
            "padding of the rows for both",
            "the rows' padding for the columns too",
            "start columns at -padding[1]",
            elsewhere(pool, lambda origin, **_: {"origin": (origin[0], origin[0])}),
        ),
        (
            "padding of the columns for both",
            "the columns' padding for the rows too",
            "start rows at -padding[0]",
            elsewhere(pool, lambda origin, **_: {"origin": (origin[1], origin[1])}),
        ),
        (
            "padding of the other side",
            "the padding of the bottom and right",
            PLACES,
            other_side(pool),
        ),
    )


def other_side(pool: Pool) -> Recompute:
    def recompute(link: Link) -> Enclosure:
        (_, bottom), (_, right) = link.attributes["padding"]
        return pool(link, {"origin": (bottom, right)})

    return recompute
