"""batch_norm with the statistics of another channel than the element's own."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .normalisation import statistics
from .wrongly import again


def picked(pick: Callable[[Array], Array]) -> Recompute:
    """The statistics of other channels."""
    return statistics(lambda x, m, v, g, b, e: (x, pick(m), pick(v) + e, pick(g), pick(b)))


def by_place(read: Callable[[tuple[int, ...]], Array]) -> Recompute:
    """Channel read(shape) for every element of the input, in place of its own."""

    def recompute(link: Link) -> Enclosure | None:
        x, *others = link.operands
        assert x is not None
        if x.value.ndim != 4:
            return None
        channel = read(x.value.shape).ravel()
        flat = [None if o is None else Enclosure(o.value[channel]) for o in others]
        bound = None if x.bound is None else x.bound.reshape(1, -1)
        found = again(link, Enclosure(x.value.reshape(1, -1), bound), *flat)
        return Enclosure(found.value.reshape(x.value.shape), found.radius.reshape(x.value.shape))

    return recompute


def as_nhwc(shape: tuple[int, ...]) -> Array:
    return (np.arange(np.prod(shape)) % shape[1]).reshape(shape)


def column(shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(np.arange(shape[3]) % shape[1], shape)


def image(shape: tuple[int, ...]) -> Array:
    return np.broadcast_to((np.arange(shape[0]) % shape[1]).reshape(-1, 1, 1, 1), shape)


OWN = "take mean, variance, gamma and beta of the element's own channel"
CHANNELS: tuple[Cause, ...] = table(
    "batch_norm",
    (
        "first channel for all",
        "the first channel's statistics everywhere",
        OWN,
        picked(lambda a: np.full_like(a, a[0])),
    ),
    ("next channel", "the next channel's statistics", OWN, picked(lambda a: np.roll(a, -1))),
    (
        "channel before",
        "the statistics of the channel before",
        OWN,
        picked(lambda a: np.roll(a, 1)),
    ),
    ("channels reversed", "the statistics in reverse order", OWN, picked(lambda a: a[::-1])),
    (
        "channels as in NHWC",
        "channels that run fastest, as in (N, H, W, C)",
        OWN,
        by_place(as_nhwc),
    ),
    ("column for channel", "the statistics of the element's column", OWN, by_place(column)),
    ("image for channel", "the statistics of the image's number", OWN, by_place(image)),
)
