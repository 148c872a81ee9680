"""conv2d under other conventions of its weights, groups and bias."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .terms import BIAS, ONCE, SUMS, WHOLE, times, without
from .wrongly import again, with_operand


def weights(change: Callable[[Array], Array | None]) -> Recompute:
    """The layer with other weights of the same shape."""
    return with_operand(1, lambda w, **_: change(w))


def as_stored(layout: str) -> Recompute:
    """Weights (M, C, KH, KW) read as if stored in another order of axes."""

    def read(w: Array) -> Array:
        sizes = dict(zip("MCHW", w.shape, strict=True))
        stored = w.reshape([sizes[axis] for axis in layout])
        return stored.transpose([layout.index(axis) for axis in "MCHW"])

    return weights(read)


def input_channels(pick: Callable[[int, int, int, int], Array]) -> Recompute:
    """pick(m, filters, channels, groups) → the channels that filter m reads; groups > 1."""

    def recompute(link: Link) -> Enclosure | None:
        x, w, b = link.operands
        assert x is not None
        assert w is not None
        groups = link.attributes["groups"]
        m, c = w.value.shape[0], x.value.shape[1]
        if groups == 1:
            return None
        full = np.zeros((m, c, *w.value.shape[2:]))
        for k in range(m):
            full[k, pick(k, m, c, groups)] = w.value[k]
        return again(link, x, Enclosure(full), b, groups=1)

    return recompute


def one_channel(link: Link, channel: int) -> Enclosure | None:
    """Only one channel of each group counts: the sum starts anew in each."""
    x, w, b = link.operands
    assert w is not None
    kept = np.zeros_like(w.value)
    kept[:, channel] = w.value[:, channel]
    return again(link, x, Enclosure(kept), b)


def stride_of_blocks(block: int) -> Callable[[Array], Array | None]:
    """Filters found at a stride of channels rounded up to whole blocks; NaN beyond the last."""

    def read(w: Array) -> Array | None:
        m, c, kh, kw = w.shape
        padded = -(-c // block) * block
        if padded == c:
            return None
        flat = np.concatenate([w.ravel(), np.full(m * padded * kh * kw - w.size, np.nan)])
        return flat.reshape(m, padded, kh, kw)[:, :c]

    return read


def leftovers(block: int) -> Callable[[Array], Array | None]:
    """The last block's idle lanes repeat the products of the block before."""

    def read(w: Array) -> Array | None:
        c = w.shape[1]
        used = c % block
        if c < block or used == 0:
            return None
        twice = w.copy()
        last = c - used
        twice[:, last - block + used : last] *= 2
        return twice

    return read


def transposed_taps(w: Array) -> Array:
    m, c, kh, kw = w.shape
    return w.reshape(m, c, kw, kh).transpose(0, 1, 3, 2)


ALL = slice(None)
ORDER = "index the weights as ((m·C + c)·KH + ky)·KW + kx"
FILTERS: tuple[Cause, ...] = table(
    "conv2d",
    (
        "kernel flipped",
        "a flipped kernel, a true convolution",
        "read the taps in their own order, not from the last to the first",
        weights(lambda w: w[:, :, ::-1, ::-1]),
    ),
    (
        "kernel rows flipped",
        "a kernel whose rows are flipped",
        "read the kernel's rows from the first to the last",
        weights(lambda w: w[:, :, ::-1]),
    ),
    (
        "kernel columns flipped",
        "a kernel whose columns are flipped",
        "read the kernel's columns from the first to the last",
        weights(lambda w: w[:, :, :, ::-1]),
    ),
    (
        "kernel transposed",
        "a kernel read as (KW, KH)",
        "index a filter's taps as ky·KW + kx",
        weights(transposed_taps),
    ),
    ("weights IOHW", "weights read as (C, M, KH, KW)", ORDER, as_stored("CMHW")),
    ("weights OHWI", "weights read as (M, KH, KW, C)", ORDER, as_stored("MHWC")),
    ("weights HWIO", "weights read as (KH, KW, C, M)", ORDER, as_stored("HWCM")),
    ("weights HWOI", "weights read as (KH, KW, M, C)", ORDER, as_stored("HWMC")),
    ("weights IHWO", "weights read as (C, KH, KW, M)", ORDER, as_stored("CHWM")),
    (
        "groups ignored",
        "every filter reading the first group's channels",
        "start at channel m / (M/groups) · C/groups",
        input_channels(lambda m, filters, c, groups: np.arange(c // groups)),
    ),
    (
        "groups interleaved",
        "input channels dealt out to the groups in turn",
        "group g reads the channels from g·C/groups on",
        input_channels(
            lambda m, filters, c, groups: m // (filters // groups) + groups * np.arange(c // groups)
        ),
    ),
    (
        "filters dealt out to groups in turn",
        "filter m in group m % groups",
        "filter m belongs to group m / (M/groups)",
        input_channels(
            lambda m, filters, c, groups: (m % groups) * (c // groups) + np.arange(c // groups)
        ),
    ),
    (
        "first filter for all",
        "the first filter for every output channel",
        "add m times a filter's size to the weights' index",
        weights(lambda w: np.broadcast_to(w[:1], w.shape).copy()),
    ),
    (
        "next filter",
        "the filter of the next output channel",
        "output channel m takes filter m",
        weights(lambda w: np.roll(w, -1, axis=0)),
    ),
    (
        "filter before",
        "the filter of the output channel before",
        "output channel m takes filter m",
        weights(lambda w: np.roll(w, 1, axis=0)),
    ),
    (
        "filters reversed",
        "the filters in reverse order",
        "output channel m takes filter m",
        weights(lambda w: w[::-1]),
    ),
    (
        "last channel alone",
        "the last input channel alone: the sum starts anew in each",
        "set the sum to 0 before the loop over channels, and add with +=",
        lambda link: one_channel(link, -1),
    ),
    (
        "first channel alone",
        "the first input channel alone",
        "sum over all channels of the group",
        lambda link: one_channel(link, 0),
    ),
    *(
        (
            f"leftovers of {block} lanes",
            f"lanes of a vector of {block} that keep an earlier block's values beyond the channels",
            "set the lanes beyond the last channel to 0",
            weights(leftovers(block)),
        )
        for block in (4, 8, 16)
    ),
    *(
        (
            f"stride of whole blocks of {block}",
            f"channels rounded up to a multiple of {block} as the filters' stride",
            "multiply by the true number of channels, or pad the weights",
            weights(stride_of_blocks(block)),
        )
        for block in (4, 8, 16)
    ),
    *SUMS[:2],
    ("last channel skipped", "sums without the last input channel", WHOLE, without(-1)),
    ("first channel skipped", "sums without the first input channel", WHOLE, without(0)),
    ("last kernel row skipped", "a kernel without its last row", WHOLE, without(ALL, -1)),
    ("first kernel row skipped", "a kernel without its first row", WHOLE, without(ALL, 0)),
    (
        "last kernel column skipped",
        "a kernel without its last column",
        WHOLE,
        without(ALL, ALL, -1),
    ),
    (
        "first kernel column skipped",
        "a kernel without its first column",
        WHOLE,
        without(ALL, ALL, 0),
    ),
    *SUMS[2:],
    *BIAS,
    (
        "bias for every product",
        "a bias added with every product",
        ONCE,
        times(lambda w: w[0].size),
    ),
)
