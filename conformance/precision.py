"""The second gate: is a result that is within its bound as precise as honest float32?

A rigorous bound is loose for long sums: K roundings seldom all point the same way. So the share of
the bound that a result uses is set against what honest float32 sums of the same data use. Beyond
FACTOR times the worst of them it is imprecise, and the likely cause is looked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.reference import RELAXED, Chain, Enclosure, Profile
from clgold.reference.chain import enclose_chain, given_exactly, per_layer, resolve, steps
from clgold.reference.layer import enclose
from clgold.reference.profile import FULL

from . import honest
from .compare import distance, share
from .sample import some_filters

Array = np.ndarray
Operands = tuple[Array | None, ...]

FACTOR = 4.0
# Honest sums of a few elements may all be lucky: what counts is beyond FACTOR times so many
# roundings of a sum's whole magnitude. (On many elements the worst honest one has 2 to 3.)
ROUNDINGS = 1.5


@dataclass(frozen=True)
class Precision:
    """The largest error as a multiple of the worst honest one, and what it looks like if too large.

    ratio None: no sums of products, or too many to form honestly. cause "": no known one.
    """

    ratio: float | None
    cause: str = ""

    @property
    def imprecise(self) -> bool:
        return self.ratio is not None and self.ratio > FACTOR


def assess(
    chain: Chain,
    operands: Operands,
    attributes: Mapping[str, Any],
    got: Array,
    expected: Mapping[str, Enclosure],
) -> Precision:
    """The precision of `got`, the chain's output, of the right shape and dtype.

    Of large layers a few filters are looked at: what makes sums imprecise seldom spares them.
    """
    last = expected[chain.layers[-1].name]
    if chain.dtype != np.float32 or not np.any(last.radius > 0):
        return Precision(None)
    operands, got, last = some_filters(chain, operands, attributes, got, last)
    runs = honest.evaluate(chain, operands, attributes)
    if not runs:
        return Precision(None)
    others = without_sums(chain, operands, attributes)
    worst = max(used(run[chain.layers[-1].name], last, others) for run in runs)
    worst = max(worst, ROUNDINGS / honest.fewest_terms(chain, operands, attributes))
    ratio = used(got, last, others) / worst
    if ratio <= FACTOR:
        return Precision(ratio)
    cause = likely_cause(chain, operands, attributes, got, last, others, worst)
    return Precision(ratio, cause)


def used(values: Array, expected: Enclosure, others: Array) -> float:
    """The largest share of the bound that sums use; `others` is what the other layers may be off.

    Where the bound is 0 or infinite there is no share.
    """
    error = distance(values, expected, expected.radius)
    left = np.where(np.isfinite(error), np.maximum(error - others, 0.0), 0.0)
    shares = share(left, expected.radius)[expected.radius > 0]
    return float(shares.max()) if shares.size else 0.0


def without_sums(chain: Chain, operands: Operands, attributes: Mapping[str, Any]) -> Array:
    """The chain's bound if its sums of products were exact."""
    if chain.layers[-1].name in honest.SUMS:
        shapes = tuple(None if o is None else o.shape for o in operands)
        return np.zeros(resolve(chain, shapes, attributes)[1][-1])
    given = per_layer(chain, attributes)
    last: Enclosure | None = None
    for layer, before, after in steps(chain, given_exactly(chain, operands)):
        arguments = after if last is None else (*before, last, *after)
        last = enclose(layer, arguments, given[layer.name], FULL)
        if layer.name in honest.SUMS:
            last = Enclosure(last.value)
    assert last is not None
    return last.radius


def likely_cause(
    chain: Chain,
    operands: Operands,
    attributes: Mapping[str, Any],
    got: Array,
    expected: Enclosure,
    others: Array,
    worst: float,
) -> str:
    """The first kind of imprecision that, if allowed for, makes the result an honest one."""
    factors = [name != "bias" for name in chain.operands]
    for name, reduce in REDUCTIONS.items():
        rounded = tuple(
            reduce(operand) if operand is not None and factor else operand
            for operand, factor in zip(operands, factors, strict=True)
        )
        exact = given_exactly(chain, rounded)
        value = enclose_chain(chain, exact, attributes, FULL)[chain.layers[-1].name].value
        if explains(got, value, expected, others, FACTOR * worst):
            return f"operands rounded to {name}"
    if chain.name not in honest.SUMS:
        return ""
    # Off by no more than 16 bits allow for, and of 11 bits where the right sums are not.
    near = explains(got, expected.value, expected, others, 2.0**13)
    bias = dict(zip(chain.operands, operands, strict=True)).get("bias")
    if near and nearly_half(got, bias) and not nearly_half(expected.value, bias):
        return "an accumulator of 16 bits"
    return ""


def explains(got: Array, value: Array, expected: Enclosure, others: Array, allowed: float) -> bool:
    """Whether every element lies within that share of its bound of `value`, classes included."""
    error = distance(got, Enclosure(value, expected.radius), expected.radius)
    left = np.maximum(error - others, 0.0)
    return bool(np.all(share(left, expected.radius) <= allowed))


def nearly_half(got: Array, bias: Array | None) -> bool:
    """Whether the sums, before a bias, are numbers of 11 bits: one in a thousand is by chance."""
    offset = np.zeros(1, np.float32) if bias is None else bias
    if got.ndim == 4:
        offset = offset.reshape(-1, 1, 1)
    finite = np.isfinite(got)
    if not finite.any():
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        for sums in (got.astype(np.float64), got.astype(np.float64) - offset):
            away = np.abs(sums - keep_bits(10)(sums.astype(np.float32)))
            near = away <= 4 * FULL.u * (np.abs(got) + np.abs(offset))
            if np.mean(near[finite]) > 0.9:
                return True
    return False


def keep_bits(count: int) -> Callable[[Array], Array]:
    """Rounds float32 to `count` bits of mantissa after the leading one, ties to even."""
    drop = np.uint32(23 - count)

    def reduce(values: Array) -> Array:
        bits = np.ascontiguousarray(values).view(np.uint32)
        odd = (bits >> drop) & np.uint32(1)
        half = np.uint32((1 << int(drop - 1)) - 1)
        return ((bits + half + odd) >> drop << drop).view(np.float32)

    return reduce


def cut_bits(count: int) -> Callable[[Array], Array]:
    """Truncates float32 to `count` bits of mantissa after the leading one."""
    drop = np.uint32(23 - count)
    return lambda values: (np.ascontiguousarray(values).view(np.uint32) >> drop << drop).view(
        np.float32
    )


def half(values: Array) -> Array:
    """Rounds to float16, whose range ends at 65504."""
    with np.errstate(over="ignore"):
        return values.astype(np.float16).astype(np.float32)


REDUCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "tf32": keep_bits(10),
    "tf32, truncated": cut_bits(10),
    "fp16": half,
    "bf16": keep_bits(7),
    "bf16, truncated": cut_bits(7),
}


def fast_math(
    chain: Chain, operands: Operands, attributes: Mapping[str, Any], got: Array, profile: Profile
) -> bool:
    """Whether a result beyond its bound is within that of -cl-fast-relaxed-math."""
    if profile.relaxed:
        return False
    exact = given_exactly(chain, operands)
    relaxed = enclose_chain(chain, exact, attributes, RELAXED)[chain.layers[-1].name]
    error = distance(got, relaxed, relaxed.radius)
    return bool(np.all(error <= relaxed.radius)) and got.shape == relaxed.value.shape
