"""Sums of products that lose terms, and biases that go astray: for conv2d and linear alike."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Link, Recompute, Row
from .wrongly import again, with_operand


def without(*at: int | slice | None) -> Recompute:
    """The layer without the products of these weights; `at` is an index into one filter."""

    def drop(w: Array) -> Array:
        kept = w.copy()
        kept[(slice(None), *at)[: w.ndim]] = 0.0
        return kept

    return with_operand(1, lambda w, **_: drop(w))


def without_tail(block: int) -> Recompute:
    """The layer without the input channels or features beyond the last whole block."""

    def drop(w: Array) -> Array | None:
        whole = w.shape[1] // block * block
        if whole == w.shape[1]:
            return None
        kept = w.copy()
        kept[:, whole:] = 0.0
        return kept

    return with_operand(1, lambda w, **_: drop(w))


def bias(change: Callable[[Array], Array]) -> Recompute:
    """The layer with another bias."""
    return with_operand(2, lambda b, **_: change(b))


def but_for(place: int | slice) -> Callable[[Array], Array]:
    """The bias, 0 at a place."""

    def change(b: Array) -> Array:
        kept = b.copy()
        kept[place] = 0.0
        return kept

    return change


def without_bias(link: Link) -> Enclosure | None:
    if link.operands[2] is None:
        return None
    return again(link, *link.operands[:2], None)


def but_for_tail(block: int) -> Callable[[Array], Array]:
    return lambda b: but_for(slice(b.size // block * block, None))(b)


def times(count: Callable[[Array], int]) -> Recompute:
    """The layer with count(weight) times the bias."""

    def recompute(link: Link) -> Enclosure | None:
        x, w, b = link.operands
        assert w is not None
        if b is None:
            return None
        return again(link, x, w, Enclosure(b.value * count(w.value)))

    return recompute


WHOLE = "let the loop run over all products"
ONCE = "start the sum at the bias, once"
OWN = "output channel m takes bias[m]"

SUMS: tuple[Row, ...] = (
    ("last product skipped", "a sum without its last product", WHOLE, without(-1, -1, -1)),
    ("first product skipped", "a sum without its first product", WHOLE, without(0, 0, 0)),
    *(
        (
            f"rest beyond blocks of {block} skipped",
            f"sums over whole blocks of {block} alone",
            "sum what is left beyond the last whole block too",
            without_tail(block),
        )
        for block in (4, 8, 16, 32)
    ),
)
BIAS: tuple[Row, ...] = (
    ("bias left out", "sums without the bias", "add bias[m]", without_bias),
    ("bias lost in the last channel", "no bias in the last channel", OWN, bias(but_for(-1))),
    ("bias lost in the first channel", "no bias in the first channel", OWN, bias(but_for(0))),
    ("bias twice", "a bias added twice", ONCE, times(lambda w: 2)),
    ("bias subtracted", "a bias subtracted", "add bias[m]", times(lambda w: -1)),
    (
        "bias for every channel",
        "a bias added once for every input channel",
        ONCE,
        times(lambda w: w.shape[1]),
    ),
    ("first bias for all", "the first bias everywhere", OWN, bias(lambda b: np.full_like(b, b[0]))),
    ("bias of the next", "the next channel's bias", OWN, bias(lambda b: np.roll(b, -1))),
    (
        "bias of the one before",
        "the bias of the channel before",
        OWN,
        bias(lambda b: np.roll(b, 1)),
    ),
    ("biases reversed", "the biases in reverse order", OWN, bias(lambda b: b[::-1])),
    *(
        (
            f"bias lost beyond blocks of {block}",
            f"no bias in the channels beyond the last whole block of {block}",
            OWN,
            bias(but_for_tail(block)),
        )
        for block in (4, 8, 16)
    ),
)
