"""The gradient of cross entropy."""

from fractions import Fraction

import numpy as np

from .attributes import choice
from .cross_entropy import CLASSES, LOGITS, check_target, divisor
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .log_softmax import error as log_softmax_error
from .operands import Operand, Setting
from .pointwise import flush_error
from .profile import Profile
from .rounding import Exact, exact_sum, inside, power_of_e
from .softmax import error as softmax_error
from .softmax import finite_row
from .softmax import formula as softmax
from .spec import Shape


def cross_entropy_grad(grad: Array, input: Array, target: Array, reduction: str = "mean") -> Array:
    """dx[n,c] = (softmax(x[n])_c·Σ_k t[n,k] − t[n,c])·g, over N where the reduction is the mean.

    grad (), of the loss; input, target (N, C) as cross_entropy reads them: float32 →
    (N, C) float64. Raises SpecError. As autograd of torch.nn.functional.cross_entropy.

    >>> cross_entropy_grad(np.array(1, np.float32), np.zeros((1, 2), np.float32),
    ...                    np.float32([[1, 0]])).tolist()
    [[-0.5, 0.5]]
    """
    return evaluate(CROSS_ENTROPY_GRAD, (grad, input, target), reduction=reduction)


def shape_rule(grad: Shape, input: Shape, target: Shape, *, reduction: str) -> Shape:
    check_target("cross_entropy_grad", input, target)
    return input


def formula(grad: Array, input: Array, target: Array, *, reduction: str) -> Array:
    share = softmax(input, dim=1) * target.sum(axis=1, keepdims=True)
    return (share - target) * grad / divisor(input, reduction)


def probability_error(profile: Profile, value: Array, input: Enclosure) -> Array:
    """Of a probability by softmax, or as the power of its logarithm."""
    direct = softmax_error(profile, value, input, dim=1)
    logarithm = np.log(value)
    off = log_softmax_error(profile, logarithm, input, dim=1)
    power = value * (np.expm1(off) + profile.exp(logarithm) * np.exp(off))
    return np.maximum(direct, np.where(value > 0, power, 0.0))


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    target: Enclosure,
    *,
    reduction: str,
) -> Array:
    """The probability's error, and a few roundings of it and of t, which need not be subtracted
    first: near 1 the bound is absolute.
    """
    tiny = profile.smallest_normal
    probability = softmax(input.value, dim=1)
    off = probability_error(profile, probability, input)
    t, g = target.magnitude, grad.magnitude
    total = t.sum(axis=1, keepdims=True)
    count = np.count_nonzero(t, axis=1, keepdims=True)
    off_total = profile.summed(np.maximum(count - 1, 0), t.shape[1]) * total
    off_total = off_total + target.radius.sum(axis=1, keepdims=True)
    off_share = off * (total + off_total) + probability * off_total
    size = probability * total + off_share + t
    relative = profile.gamma(5)
    if reduction == "mean":
        relative = relative + profile.ulps(profile.divide)
    bound = (off_share + target.radius + relative * size) * g
    bound = bound + size * grad.radius
    bound = bound / divisor(input.value, reduction)
    lost = tiny * (2 + size + g)
    overflow = np.maximum(size, total) * np.maximum(g, 1.0) > profile.largest
    bound = np.where(overflow, np.inf, bound * (1 + 2.0**-20) + np.where(g > 0, lost, 0.0))
    return bound + flush_error(profile, value, bound)


def exact(
    index: tuple[int, ...], grad: Array, input: Array, target: Array, *, reduction: str
) -> Exact:
    """Rational where the powers are equal, else irrational (Lindemann)."""
    scale = Fraction(float(grad)) / divisor(input, reduction)
    t = Fraction(float(target[index]))
    total = exact_sum(target[index[0]].tolist())
    row, x = finite_row(index, input, 1), float(input[index])
    if x == -np.inf or scale == 0 or total == 0:
        return -t * scale
    if len(set(row)) == 1:
        return (total / len(row) - t) * scale
    return lambda c: (
        inside(c, scale)
        * (
            inside(c, total) / sum(power_of_e(c, other - Fraction(x)) for other in row)
            - inside(c, t)
        )
    )


EXAMPLES: tuple[Setting, ...] = (
    (((), (5, 13), (5, 13)), {"reduction": "mean"}),
    (((), (3, 101), (3, 101)), {"reduction": "sum"}),
)

CROSS_ENTROPY_GRAD = Layer(
    "cross_entropy_grad",
    (Operand("grad", ""), LOGITS, CLASSES),
    *(cross_entropy_grad, shape_rule, formula, error, exact),
    attributes={"reduction": choice(("mean", "sum"), "mean")},
    output="N C",
    examples=EXAMPLES,
)
