"""avg_pool2d and lp_pool2d under other conventions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.avg_pool2d import divisors
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .pooled import cut, over_windows, window_rows
from .wrongly import with_attributes


def average(link: Link, changed: dict[str, Any]) -> Enclosure:
    """The average over other windows, which divides by what the right one does, or their size."""
    first = link.operands[0]
    assert first is not None
    values = cut(link, first.value, 0.0, **changed)
    count = divisors(first.value.shape, **link.attributes)
    if "kernel" in changed:
        count = np.full_like(count, values.shape[4] * values.shape[5])
    return averaged(link, values, cut(link, first.radius, 0.0, **changed), count)


def averaged(link: Link, values: Array, radius: Array, count: Array) -> Enclosure:
    """Σ/count with the bound of sums of that length."""
    terms = values.shape[4] * values.shape[5]
    size = np.abs(values).sum(axis=(4, 5)) / np.abs(count)
    bound = (terms + 16) * link.profile.u * size + radius.sum(axis=(4, 5)) / np.abs(count)
    return Enclosure(values.sum(axis=(4, 5)) / count, bound)


def divided_by(count: Callable[[Link], Array | float]) -> Recompute:
    """The right windows' sums, divided by another number of pixels."""

    def recompute(link: Link) -> Enclosure:
        first = link.operands[0]
        assert first is not None
        over = np.broadcast_to(count(link), link.shape[2:])
        values, radius = (cut(link, one, 0.0) for one in (first.value, first.radius))
        return averaged(link, values, radius, over)

    return recompute


def whole(link: Link) -> float:
    kh, kw = link.attributes["kernel_size"]
    return float(kh * kw)


def inside(link: Link) -> Array:
    """How many pixels of the image each window covers."""
    first = link.operands[0]
    assert first is not None
    ones = np.ones((1, 1, *first.value.shape[2:]))
    return cut(link, ones, 0.0).sum(axis=(4, 5))[0, 0]


def root_mean_square(window: Array) -> Array:
    return np.sqrt((window * window).mean(axis=(4, 5)))


DIVIDE = "divide by the number of pixels that count_include_pad asks for"
AVG_POOL: tuple[Cause, ...] = table(
    "avg_pool2d",
    (
        "count_include_pad inverted",
        "count_include_pad inverted",
        "count the padding's pixels if count_include_pad is true, and only then",
        with_attributes(
            lambda count_include_pad, **_: {"count_include_pad": not count_include_pad}
        ),
    ),
    (
        "always the whole window",
        "sums divided by kernel height times width everywhere",
        DIVIDE,
        divided_by(whole),
    ),
    (
        "maximum",
        "the maximum of each window",
        "add and divide",
        over_windows(lambda w: w.max(axis=(4, 5)), -np.inf),
    ),
    ("not divided", "sums that are not divided", DIVIDE, divided_by(lambda link: 1.0)),
    (
        "divided by one axis",
        "sums divided by the window's height alone",
        DIVIDE,
        divided_by(lambda link: link.attributes["kernel_size"][0]),
    ),
    (
        "divided by the width",
        "sums divided by the window's width alone",
        DIVIDE,
        divided_by(lambda link: link.attributes["kernel_size"][1]),
    ),
    (
        "divided by one less",
        "sums divided by one less than the window's pixels",
        DIVIDE,
        divided_by(lambda link: max(whole(link) - 1, 1)),
    ),
    (
        "divided by one more",
        "sums divided by one more than the window's pixels",
        DIVIDE,
        divided_by(lambda link: whole(link) + 1),
    ),
    (
        "root mean square",
        "the root of the mean square",
        "average x, not x²",
        over_windows(root_mean_square),
    ),
    (
        "mean magnitude",
        "the average of |x|",
        "average x, not |x|",
        over_windows(lambda w: np.abs(w).mean(axis=(4, 5))),
    ),
    (
        "first of the window",
        "the first value of each window",
        "add every tap",
        over_windows(lambda w: w[..., 0, 0]),
    ),
    (
        "last of the window",
        "the last value of each window",
        "add with +=",
        over_windows(lambda w: w[..., -1, -1]),
    ),
    *window_rows(average),
)
