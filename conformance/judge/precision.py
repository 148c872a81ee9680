"""The second gate: is a result that is within its bound as precise as honest float32?

A rigorous bound is loose for long sums: K roundings seldom all point the same way. So the share of
the bound that a result uses is set against what honest float32 sums of the same data use, in any
order. Beyond FACTOR times the worst of them it is imprecise, and the likely cause is looked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clgold.reference import FULL, RELAXED, Enclosure, Profile, Question
from clgold.reference.evaluate import enclose_resolved
from clgold.reference.question import Step
from clgold.reference.winograd import Winograd

from . import honest
from .compare import distance, share
from .few_filters import some_filters, worst_filters
from .promises import enclosed_by

Array = np.ndarray

FACTOR = 4.0
# Honest sums of a few elements may all be lucky: what counts is beyond FACTOR times so many
# roundings of a sum's whole magnitude. (On many elements the worst honest one has 2 to 3.)
ROUNDINGS = 1.5
# Products that the orders may take together which are tried before a result is called imprecise.
MOST_WORK = 2**28


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
    question: Question,
    got: Array,
    expected: Mapping[str, Enclosure],
    winograd: Winograd | None = None,
) -> Precision:
    """The precision of `got`, the question's answer, of the right shape and dtype.

    expected holds the layers' own bounds, by which errors are measured; with `winograd` honest
    convolutions are of that kind.

    Of large layers a few filters are looked at: what makes sums imprecise seldom spares them.
    """
    whole, right = question, expected[question.last]
    if question.chain.dtype != np.float32 or not np.any(right.radius > 0):
        return Precision(None)
    question, got, last = some_filters(question, got, right)
    if not honest.possible(question):
        return Precision(None)

    def sums() -> tuple[Enclosure, Array, float]:
        others = without_sums(question)
        return right, others, worst_honest(question, last, honest.ORDERS, winograd, others)

    # `right` is kept too, so that no other has its identity.
    _, others, worst = whole.once(("honest sums", winograd, id(right)), sums)
    mine = shares(got, last, others)
    if mine.max() > FACTOR * worst:
        mine = shares(got, last, others + flushable(question, winograd))
    most = float(mine.max())
    if most > FACTOR * worst:
        part, _, right = worst_filters(question, got, last, mine)
        within = max(len(honest.ORDERS), MOST_WORK // honest.products(part))
        more = honest.MORE_ORDERS[:within]
        own = without_sums(part)
        worst = max(worst, worst_honest(part, right, more, winograd, own, most / FACTOR))
    ratio = most / worst
    if ratio <= FACTOR:
        return Precision(ratio)
    return Precision(ratio, likely_cause(question, got, last, others, worst))


def worst_honest(
    question: Question,
    expected: Enclosure,
    orders: Sequence[honest.Order],
    winograd: Winograd | None,
    others: Array,
    enough: float = np.inf,
) -> float:
    """The largest share of the bound that honest sums use, in each order until one uses enough."""
    worst = ROUNDINGS / honest.fewest_terms(question)
    for order in orders:
        made = honest.evaluate(question, order, winograd)[question.last]
        worst = max(worst, float(shares(made, expected, others).max()))
        if worst >= enough:
            break
    return worst


def flushable(question: Question, winograd: Winograd | None) -> Array:
    """How far the answer may be off for subnormal numbers that are flushed to zero.

    NumPy's honest sums keep them; a device need not.
    """
    kept = replace(FULL, smallest_normal=0.0)
    if winograd is None:
        full, without = (question.answer(profile).radius for profile in (FULL, kept))
    else:
        full, without = (
            enclosed_by(winograd, question, profile)[question.last].radius
            for profile in (FULL, kept)
        )
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(full), np.maximum(full - without, 0.0), 0.0)


def shares(values: Array, expected: Enclosure, others: Array) -> Array:
    """The share of its bound that sums use at every element; `others` is what the other layers may
    be off. 0 where the bound is 0 or infinite.
    """
    error = distance(values, expected, expected.radius)
    left = np.where(np.isfinite(error), np.maximum(error - others, 0.0), 0.0)
    return np.where(expected.radius > 0, share(left, expected.radius), 0.0)


def without_sums(question: Question) -> Array:
    """The answer's bound if its sums of products were exact."""
    if question.chain.layers[-1].honest is not None:
        return np.zeros(question.shape)

    def compute(step: Step, given: tuple[Enclosure | None, ...]) -> Enclosure:
        found = enclose_resolved(step.layer, given, step.attributes, FULL)
        return Enclosure(found.value) if step.layer.honest is not None else found

    return question.fold(compute, question.exact)[question.last].radius


def likely_cause(
    question: Question, got: Array, expected: Enclosure, others: Array, worst: float
) -> str:
    """The first kind of imprecision that, if allowed for, makes the result an honest one."""
    factors = [one.values != "offset" for one in question.declared]
    for name, reduce in REDUCTIONS.items():
        rounded = tuple(
            reduce(operand) if operand is not None and factor else operand
            for operand, factor in zip(question.operands, factors, strict=True)
        )
        value = question.with_operands(rounded).answer(FULL).value
        if explains(got, value, expected, others, FACTOR * worst):
            return f"operands rounded to {name}"
    if len(question.chain.layers) > 1 or question.chain.layers[0].honest is None:
        return ""
    # Off by no more than 16 bits allow for, and of 11 bits where the right sums are not.
    near = explains(got, expected.value, expected, others, 2.0**13)
    given = zip(question.operands, factors, strict=True)
    bias = next((operand for operand, factor in given if not factor), None)
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


def fast_math(question: Question, got: Array, profile: Profile) -> bool:
    """Whether a result beyond its bound is within that of -cl-fast-relaxed-math."""
    if profile.relaxed:
        return False
    relaxed = question.answer(RELAXED)
    error = distance(got, relaxed, relaxed.radius)
    return bool(np.all(error <= relaxed.radius)) and got.shape == relaxed.value.shape
