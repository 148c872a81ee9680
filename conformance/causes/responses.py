"""local_response_norm under other conventions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clgold.reference.layer import Array

from .cause import Cause, Recompute, table
from .wrongly import formula, with_attributes

# squares, below, above → the sum over each channel's window
Sum = Callable[[Array, int, int], Array]


def channel_sums(squares: Array, below: int, above: int) -> Array:
    """Σ over the channels from `below` before to `above` after each one."""
    channels = np.arange(squares.shape[1])
    near = (channels >= channels[:, np.newaxis] - below) & (
        channels <= channels[:, np.newaxis] + above
    )
    return np.einsum("kc,nc...->nk...", near.astype(np.float64), squares)


def window(size: int) -> tuple[int, int]:
    return size // 2, size - 1 - size // 2


def response(
    reach: Callable[[int], tuple[int, int]] = window,
    squares: Callable[[Array], Array] = np.square,
    finish: Callable[..., Array] | None = None,
) -> Recompute:
    """finish(x, Σ, size, alpha, beta, k), Σ over other windows or of another function of x."""
    last = finish or (lambda x, total, size, alpha, beta, k: x / (k + alpha / size * total) ** beta)

    def value(x: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
        total = channel_sums(squares(x), *reach(size))
        return last(x, total, size, alpha, beta, k)

    return formula(value)


def finished(finish: Callable[..., Array]) -> Recompute:
    return response(finish=finish)


def across(axis: int) -> Recompute:
    """A window along another axis than the channels, alpha divided by its size."""

    def value(x: Array, *, size: int, alpha: float, beta: float, k: float) -> Array | None:
        if x.ndim != 4:
            return None
        turned = np.moveaxis(x, axis, 1)
        total = np.moveaxis(channel_sums(turned * turned, *window(size)), 1, axis)
        return x / (k + alpha / size * total) ** beta

    return formula(value)


def within_channel(x: Array, *, size: int, alpha: float, beta: float, k: float) -> Array | None:
    """A window of size × size pixels of each channel, alpha divided by its pixels."""
    if x.ndim != 4:
        return None
    rows = np.moveaxis(channel_sums(np.moveaxis(x * x, 2, 1), *window(size)), 1, 2)
    total = np.moveaxis(channel_sums(np.moveaxis(rows, 3, 1), *window(size)), 1, 3)
    return x / (k + alpha / size**2 * total) ** beta


def given(**changed: Any) -> Recompute:
    return with_attributes(lambda **_: changed)


def repeated_border(x: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
    """Channels beyond the first and last repeat them."""
    below, above = window(size)
    padded = np.pad(x * x, [(0, 0), (below, above), *[(0, 0)] * (x.ndim - 2)], mode="edge")
    total = sum(padded[:, j : j + x.shape[1]] for j in range(size))
    return x / (k + alpha / size * total) ** beta


WINDOW = "sum the channels from c - size/2, size of them"
POWER = "divide x by (k + alpha/size * sum) to the power beta"
RESPONSE: tuple[Cause, ...] = table(
    "local_response_norm",
    (
        "alpha not divided by size",
        "an alpha that is not divided by the window's size",
        "divide alpha by size",
        finished(lambda x, s, size, alpha, beta, k: x / (k + alpha * s) ** beta),
    ),
    (
        "window short on the right",
        "windows without their last channel",
        WINDOW,
        response(lambda size: (size // 2, size - 2 - size // 2)),
    ),
    (
        "window short on the left",
        "windows without their first channel",
        WINDOW,
        response(lambda size: (size // 2 - 1, size - 1 - size // 2)),
    ),
    (
        "window long on the right",
        "windows with one channel more on the right",
        WINDOW,
        response(lambda size: (size // 2, size - size // 2)),
    ),
    (
        "window long on the left",
        "windows with one channel more on the left",
        WINDOW,
        response(lambda size: (size // 2 + 1, size - 1 - size // 2)),
    ),
    (
        "window one channel higher",
        "windows one channel higher, as ONNX places even ones",
        WINDOW,
        response(lambda size: (size // 2 - 1, size - size // 2)),
    ),
    (
        "window one channel lower",
        "windows one channel lower",
        WINDOW,
        response(lambda size: (size // 2 + 1, size - 2 - size // 2)),
    ),
    (
        "window from the channel on",
        "windows that start at the channel",
        WINDOW,
        response(lambda size: (0, size - 1)),
    ),
    (
        "window up to the channel",
        "windows that end at the channel",
        WINDOW,
        response(lambda size: (size - 1, 0)),
    ),
    (
        "window twice as wide",
        "windows of size channels on either side",
        WINDOW,
        response(lambda size: (size, size)),
    ),
    (
        "centre left out",
        "sums without the channel itself",
        WINDOW,
        finished(lambda x, s, size, a, b, k: x / (k + a / size * (s - x * x)) ** b),
    ),
    (
        "last channels repeated",
        "windows that repeat the first and last channel",
        WINDOW,
        formula(repeated_border),
    ),
    (
        "within the channel",
        "windows of pixels within each channel",
        WINDOW,
        formula(within_channel),
    ),
    ("along the columns", "windows along the columns", WINDOW, across(3)),
    ("along the rows", "windows along the rows", WINDOW, across(2)),
    (
        "multiplied",
        "a product with the power in place of a quotient",
        POWER,
        finished(lambda x, s, size, a, b, k: x * (k + a / size * s) ** b),
    ),
    ("beta 1/2", "a square root in place of the power beta", POWER, given(beta=0.5)),
    ("beta 1", "the power 1 in place of beta", POWER, given(beta=1.0)),
    ("beta 3/4", "the power 0.75 in place of beta", POWER, given(beta=0.75)),
    ("beta 0", "the power 0: the input itself", POWER, formula(lambda x, **_: x)),
    ("k 1", "k = 1", "use the k that is given", given(k=1.0)),
    ("k 2", "k = 2, as in Krizhevsky's paper", "use the k that is given", given(k=2.0)),
    ("k 0", "k = 0", "use the k that is given", given(k=0.0)),
    ("alpha 1e-4", "alpha 1e-4", "use the alpha that is given", given(alpha=1e-4)),
    (
        "alpha divided twice",
        "an alpha divided by the size's square",
        "divide alpha by size, once",
        finished(lambda x, s, size, a, b, k: x / (k + a / size**2 * s) ** b),
    ),
    (
        "alpha times size",
        "an alpha multiplied by the size",
        "divide alpha by size",
        finished(lambda x, s, size, a, b, k: x / (k + a * size * s) ** b),
    ),
    (
        "alpha left out",
        "an alpha of 1",
        "multiply the sum by alpha/size",
        finished(lambda x, s, size, a, b, k: x / (k + s / size) ** b),
    ),
    ("not squared", "a sum of x in place of x²", "sum squares", response(squares=lambda x: x)),
    ("magnitudes", "a sum of |x| in place of x²", "sum squares", response(squares=np.abs)),
    (
        "whole base scaled",
        "alpha applied to k too",
        POWER,
        finished(lambda x, s, size, a, b, k: x / (a / size * (k + s)) ** b),
    ),
    (
        "factor alone",
        "the factor alone, without x",
        "multiply by x",
        finished(lambda x, s, size, a, b, k: (k + a / size * s) ** -b),
    ),
    (
        "power of the sum",
        "a power of the sum alone",
        POWER,
        finished(lambda x, s, size, a, b, k: x / (k + a / size * s**b)),
    ),
)
