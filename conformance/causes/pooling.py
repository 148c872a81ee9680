"""max_pool2d under other conventions."""

from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, table
from .pooled import cut, elsewhere, over_windows, window_rows
from .wrongly import then


def maximum(link: Link, changed: dict[str, Any]) -> Enclosure:
    """The maximum over other windows."""
    first = link.operands[0]
    assert first is not None
    value = cut(link, first.value, -np.inf, **changed).max(axis=(4, 5))
    return Enclosure(value, cut(link, first.radius, 0.0, **changed).max(axis=(4, 5)))


def mean(window: Array) -> Array:
    return window.mean(axis=(4, 5))


START = "start the maximum at -INFINITY, not at "
MAX_POOL: tuple[Cause, ...] = table(
    "max_pool2d",
    (
        "window starts at 0",
        "a window that starts at 0",
        START + "0",
        then(lambda y: np.maximum(y, 0.0)),
    ),
    (
        "window starts at FLT_MIN",
        "a window that starts at FLT_MIN, the smallest positive normal number",
        START + "FLT_MIN",
        then(lambda y: np.maximum(y, 2.0**-126)),
    ),
    (
        "padding read as 0",
        "a maximum that sees zeros outside of the image",
        "skip taps outside of the image: they are -INFINITY, not 0",
        over_windows(lambda w: w.max(axis=(4, 5))),
    ),
    ("average", "the average of each window", "take the maximum", over_windows(mean)),
    (
        "minimum",
        "the minimum of each window",
        "keep the larger value",
        over_windows(lambda w: w.min(axis=(4, 5)), np.inf),
    ),
    (
        "largest magnitude",
        "the largest |x| of each window",
        "compare x, not |x|",
        over_windows(lambda w: np.abs(w).max(axis=(4, 5))),
    ),
    (
        "first of the window",
        "the first value of each window",
        "compare with every tap",
        over_windows(lambda w: w[..., 0, 0], -np.inf),
    ),
    (
        "last of the window",
        "the last value of each window",
        "keep the larger value",
        over_windows(lambda w: w[..., -1, -1], -np.inf),
    ),
    (
        "sum",
        "the sum of each window",
        "take the maximum",
        over_windows(lambda w: w.sum(axis=(4, 5))),
    ),
    (
        "window starts at -1",
        "a window that starts at -1",
        START + "-1",
        then(lambda y: np.maximum(y, -1.0)),
    ),
    (
        "dilation ignored",
        "taps side by side, without dilation",
        "multiply the tap's place by the dilation",
        elsewhere(maximum, lambda **_: {"dilation": (1, 1)}),
    ),
    (
        "dilations exchanged",
        "dilation_h and dilation_w exchanged",
        "spread rows by dilation[0], columns by dilation[1]",
        elsewhere(maximum, lambda dilation, **_: {"dilation": dilation[::-1]}),
    ),
    *window_rows(maximum),
)
