"""The loss of a classifier: cross entropy of its softmax with the classes that are right."""

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .attributes import choice
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .log_softmax import error as log_softmax_error
from .log_softmax import formula as log_softmax
from .operands import Operand, Setting
from .profile import Profile
from .rounding import Exact, Interval, inside, power_of_e, widened
from .softmax import finite_row
from .spec import Shape, SpecError
from .sums import SLACK

if TYPE_CHECKING:
    from mpmath.ctx_iv import MPIntervalContext

REDUCTIONS = ("mean", "sum", "none")
LOGITS, CLASSES = Operand("input", "N C"), Operand("target", "N C", role="label")


def cross_entropy(input: Array, target: Array, reduction: str = "mean") -> Array:
    """L = −Σ_nc t[n,c]·log_softmax(x[n])_c, over N where the reduction is the mean.

    input, target (N, C) float32 → (), or (N,) where the reduction is none: each image's own loss;
    float64. target holds each class's probability: of labels 1 at the label and 0 elsewhere. Raises
    SpecError. As torch.nn.functional.cross_entropy, which takes labels by number too.

    >>> cross_entropy(np.float32([[0]]), np.float32([[1]])).tolist()
    0.0
    """
    return evaluate(CROSS_ENTROPY, (input, target), reduction=reduction)


def check_target(layer: str, input: Shape, target: Shape) -> None:
    """Refuse targets for other images or classes."""
    if input != target:
        raise SpecError(
            f"{layer}: target has shape {target}, expected that of input, {input}: one "
            "probability for each class"
        )


def shape_rule(input: Shape, target: Shape, *, reduction: str) -> Shape:
    check_target("cross_entropy", input, target)
    return input[:1] if reduction == "none" else ()


def divisor(input: Array, reduction: str) -> int:
    """What the sum is divided by."""
    return len(input) if reduction == "mean" else 1


def reduced(losses: Array, reduction: str) -> Array:
    """The images' own numbers, or all in one."""
    return losses if reduction == "none" else np.asarray(losses.sum() / divisor(losses, reduction))


def formula(input: Array, target: Array, *, reduction: str) -> Array:
    losses = -(target * log_softmax(input, dim=1)).sum(axis=1)
    return reduced(losses, reduction)


def error(
    profile: Profile, value: Array, input: Enclosure, target: Enclosure, *, reduction: str
) -> Array:
    """Σ|t|·(the logarithms' bound), (K·u + γ₃)·Σ|t|·(what is added up), and a quotient's error.

    What is added up are the logarithms, or, where t is no label, t·(m + ln Σ) and t·x apart.
    """
    logarithms = log_softmax(input.value, dim=1)
    off = log_softmax_error(profile, logarithms, input, dim=1)
    t, size = target.magnitude, np.abs(input.value) + input.radius
    used, found = t > 0, np.abs(logarithms) + off
    apart = found + 2 * size.max(axis=1, keepdims=True) + np.log(t.shape[1])
    label = (np.count_nonzero(t, axis=1) == 1) & (t.max(axis=1) == 1) & target.exact
    made = np.sum(t * np.where(label[:, np.newaxis], found, apart), axis=1, where=used)
    bound = np.sum(t * off, axis=1, where=used) + np.sum(target.radius * found, axis=1)
    count = np.count_nonzero(used, axis=1)
    if reduction != "none":
        count = np.sum(count)
    bound = bound + (profile.summed(count, t.size) + profile.gamma(3)) * made
    if reduction == "mean":
        quotient = profile.ulps(profile.divide) + profile.u
        bound = bound + quotient * np.sum(t * found, axis=1, where=used)
    lost = profile.smallest_normal * (2 * np.count_nonzero(used, axis=1) + 2 + made)
    # 0·∞ is NaN in the formula; a kernel that looks up the label's logarithm never meets it.
    unseen = np.any(np.isinf(input.value), axis=1) & ~np.any(np.isnan(input.value), axis=1)
    # So is 0·(x − m) where x lies so far below that the difference leaves the format.
    unseen |= np.ptp(input.value, axis=1) * SLACK > profile.largest
    overflow = unseen | (np.sum(made) * SLACK > profile.largest)
    return reduced(np.where(overflow, np.inf, bound * SLACK + lost), reduction)


def exact(index: tuple[int, ...], input: Array, target: Array, *, reduction: str) -> Exact:
    """0 for a single class; else enclosed."""
    if input.shape[1] == 1:
        return Fraction(0)
    if index:
        input, target = input[index[0] : index[0] + 1], target[index[0] : index[0] + 1]
    rows = [finite_row((n, 0), input, 1) for n in range(len(input))]
    shares = [[Fraction(t) for t in row] for row in target.tolist()]
    count = divisor(input, reduction)

    def loss(c: "MPIntervalContext") -> Interval:
        total = c.mpf(0)
        for n, row in enumerate(rows):
            top = max(row)
            logarithm = widened(c, c.log(sum(power_of_e(c, x - top) for x in row)))
            values = [Fraction(x) for x in input[n].tolist()]
            straight = sum(
                (t * (x - top) for t, x in zip(shares[n], values, strict=True)), Fraction(0)
            )
            total += inside(c, sum(shares[n], Fraction(0))) * logarithm - inside(c, straight)
        return total / count

    return loss


EXAMPLES: tuple[Setting, ...] = (
    (((5, 13), (5, 13)), {"reduction": "mean"}),
    (((3, 101), (3, 101)), {"reduction": "sum"}),
    (((4, 7), (4, 7)), {"reduction": "none"}),
)

CROSS_ENTROPY = Layer(
    "cross_entropy",
    (LOGITS, CLASSES),
    *(cross_entropy, shape_rule, formula, error, exact),
    attributes={"reduction": choice(REDUCTIONS, "mean")},
    output="()",
    examples=EXAMPLES,
)
