"""softmax, log_softmax and argmax under other conventions."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .wrongly import ROUNDINGS, formula, with_attributes


def shifted(x: Array, dim: int) -> Array:
    return x - x.max(axis=dim, keepdims=True)


def cut(x: Array, dim: int, part: slice) -> Array:
    """A part of each row."""
    return np.moveaxis(np.moveaxis(x, dim, 0)[part], 0, dim)


def over_rows(change: Callable[[Array, int], Array], logarithmic: bool = False) -> Recompute:
    """change(x, dim): another formula over rows.

    Its bound: each exponent is off by a rounding of its argument, a sum of n by n more; relative
    to the result, or absolute where it is a logarithm.
    """

    def recompute(link: Link) -> Enclosure:
        first, dim = link.operands[0], link.attributes["dim"]
        assert first is not None
        x = first.value
        value = change(x, dim)
        spread = np.abs(x).max(axis=dim, keepdims=True) + np.abs(x)
        radius = 4 * first.radius.max(axis=dim, keepdims=True)
        relative = (2 * spread + x.shape[dim] + ROUNDINGS) * link.profile.u
        size = np.abs(value)
        if logarithmic:
            return Enclosure(value, relative * (1 + size) + radius)
        tiny = 4 * link.profile.smallest_normal
        return Enclosure(value, size * (relative + np.expm1(radius)) + tiny)

    return recompute


def summed(part: Callable[[Array, int], Array]) -> Recompute:
    """Powers divided by the sum of part of them."""

    def change(x: Array, dim: int) -> Array:
        powers = np.exp(shifted(x, dim))
        return powers / part(powers, dim).sum(axis=dim, keepdims=True)

    return over_rows(change)


def powers_of(base: float, scale: float = 1.0) -> Recompute:
    def change(x: Array, dim: int) -> Array:
        powers = base ** (scale * shifted(x, dim))
        return powers / powers.sum(axis=dim, keepdims=True)

    return over_rows(change)


def softmax(x: Array, dim: int) -> Array:
    powers = np.exp(shifted(x, dim))
    return powers / powers.sum(axis=dim, keepdims=True)


def float32_range(values: Array) -> Array:
    return np.where(values >= 2.0**128, np.inf, values)


def unshifted_sum(x: Array, dim: int) -> Array:
    return float32_range(float32_range(np.exp(x)).sum(axis=dim, keepdims=True))


def unshifted(x: Array, dim: int) -> Array:
    """Beyond float32's range infinity, and infinity over infinity."""
    return float32_range(np.exp(x)) / unshifted_sum(x, dim)


def log_sum(x: Array, dim: int, part: slice = slice(None)) -> Array:
    return np.log(cut(np.exp(shifted(x, dim)), dim, part).sum(axis=dim, keepdims=True))


def other_dim(step: int) -> Recompute:
    """Another axis than `dim`, counted on from it."""

    def recompute(link: Link) -> Enclosure | None:
        assert link.operands[0] is not None
        axes = link.operands[0].value.ndim
        if axes <= step:
            return None
        return with_attributes(lambda dim: {"dim": (dim + step) % axes})(link)

    return recompute


AXIS, ALL, SHARE = "work along dim", "sum over the whole row", "exp(x - max) / sum of exp(x - max)"
SOFTMAX: tuple[Cause, ...] = table(
    "softmax",
    (
        "last not summed",
        "a sum without the last column",
        ALL,
        summed(lambda p, dim: cut(p, dim, slice(None, -1))),
    ),
    (
        "first not summed",
        "a sum without the first column",
        ALL,
        summed(lambda p, dim: cut(p, dim, slice(1, None))),
    ),
    (
        "no maximum subtracted",
        "powers that overflow: no maximum subtracted",
        "subtract the row's maximum from x before exp",
        over_rows(unshifted),
    ),
    ("another axis", "another axis", AXIS, other_dim(1)),
    ("the axis after next", "another axis", AXIS, other_dim(2)),
    (
        "not divided",
        "powers that are not divided by their sum",
        SHARE,
        over_rows(lambda x, dim: np.exp(shifted(x, dim))),
    ),
    ("powers alone", "exp(x) without maximum and sum", SHARE, over_rows(lambda x, dim: np.exp(x))),
    (
        "log_softmax",
        "the logarithm of softmax",
        SHARE,
        over_rows(lambda x, dim: shifted(x, dim) - log_sum(x, dim), True),
    ),
    ("powers of 2", "powers of 2 in place of e", SHARE, powers_of(2.0)),
    ("powers of 10", "powers of 10 in place of e", SHARE, powers_of(10.0)),
    ("smallest first", "powers of -x", SHARE, over_rows(lambda x, dim: softmax(-x, dim))),
    ("temperature 2", "x divided by 2", SHARE, powers_of(np.e, 0.5)),
    ("temperature 1/2", "x multiplied by 2", SHARE, powers_of(np.e, 2.0)),
    (
        "divided by the root of n",
        "x divided by the root of the row's length",
        SHARE,
        over_rows(lambda x, dim: softmax(x / np.sqrt(x.shape[dim]), dim)),
    ),
    (
        "sigmoid",
        "the sigmoid of every element",
        SHARE,
        over_rows(lambda x, dim: 1 / (1 + np.exp(-x))),
    ),
    (
        "whole array",
        "a sum over the whole array",
        ALL,
        over_rows(lambda x, dim: np.exp(x - x.max()) / np.exp(x - x.max()).sum()),
    ),
    (
        "share of x",
        "x divided by the sum of x",
        SHARE,
        over_rows(lambda x, dim: x / x.sum(axis=dim, keepdims=True)),
    ),
    (
        "softmax twice",
        "softmax applied twice",
        SHARE,
        over_rows(lambda x, dim: softmax(softmax(x, dim), dim)),
    ),
    (
        "rests beyond blocks of 4 not summed",
        "a sum over whole blocks of 4",
        ALL,
        summed(lambda p, dim: cut(p, dim, slice(None, p.shape[dim] // 4 * 4))),
    ),
    (
        "rests beyond blocks of 8 not summed",
        "a sum over whole blocks of 8",
        ALL,
        summed(lambda p, dim: cut(p, dim, slice(None, p.shape[dim] // 8 * 8))),
    ),
    (
        "rests beyond blocks of 16 not summed",
        "a sum over whole blocks of 16",
        ALL,
        summed(lambda p, dim: cut(p, dim, slice(None, p.shape[dim] // 16 * 16))),
    ),
    (
        "divided by the largest",
        "x divided by the row's maximum",
        SHARE,
        over_rows(lambda x, dim: x / x.max(axis=dim, keepdims=True)),
    ),
    (
        "divided by n",
        "powers divided by their number",
        SHARE,
        over_rows(lambda x, dim: np.exp(shifted(x, dim)) / x.shape[dim]),
    ),
    (
        "maximum summed for powers",
        "shifted values that are not raised",
        SHARE,
        over_rows(shifted, True),
    ),
    ("unchanged", "the input itself", "apply the layer", formula(lambda x, **_: x)),
)
