"""The variance of batch normalisation's input, and the running one that takes it in."""

import math
from fractions import Fraction
from typing import Any

from .attributes import flag
from .batch_norm import BATCH_NORM
from .batch_norm_running_mean import MOMENTUM, error_taken_in, running, taken_in
from .batch_norm_train import BATCH_NORM_TRAIN, channel
from .batch_statistics import Measure, divided, measured, two_passes
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .rounding import Exact
from .spec import Shape


def batch_norm_running_var(
    input: Array,
    running_var: Array | None = None,
    momentum: float = 0.1,
    unbiased: bool = True,
) -> Array:
    """r′ = (1 − momentum)·r + momentum·v, v the variance of each channel; without r, v itself

    input (N, C) or (N, C, H, W), r (running_var) (C,): float32 → (C,) float64. Of m values v is
    Σ(x − μ)²/(m − 1), or, not unbiased, Σ(x − μ)²/m, by which batch_norm_train divides; of one
    value there is no unbiased one, and the result NaN. Raises SpecError. What
    torch.nn.functional.batch_norm with training=True makes of running_var, unbiased.
    """
    given = {"momentum": momentum, "unbiased": unbiased}
    return evaluate(BATCH_NORM_RUNNING_VAR, (input, running_var), **given)


def shape_rule(input: Shape, running: Shape | None, **_: Any) -> Shape:
    return input[1:2]


def correction(input: Shape, unbiased: bool) -> float:
    """m/(m − 1), or 1 where biased; infinite of one value."""
    count = math.prod(input) // input[1]
    return count / (count - unbiased) if count > unbiased else math.inf


def formula(input: Array, running_var: Array | None, *, momentum: float, unbiased: bool) -> Array:
    variance = measured(input)[2] * correction(input.shape, unbiased)
    return taken_in(running_var, variance, momentum)


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    running_var: Enclosure | None,
    *,
    momentum: float,
    unbiased: bool,
    measure: Measure = two_passes,
) -> Array:
    """The variance's, with one quotient more, and that of taking it in."""
    found = measure(profile, input)
    factor = correction(input.value.shape, unbiased)
    quotient = (divided(profile, found.count) + divided(profile, found.count - 1)) * unbiased
    off = factor * (found.variance_off * (1 + quotient) + found.variance * quotient)
    return error_taken_in(profile, factor * found.variance, off, running_var, momentum)


def exact(
    index: tuple[int, ...],
    input: Array,
    running_var: Array | None,
    *,
    momentum: float,
    unbiased: bool,
) -> Exact:
    (c,) = index
    if math.isinf(correction(input.shape, unbiased)):
        return None
    old = None if running_var is None else Fraction(float(running_var[c]))
    found, _, variance = channel(input, c)
    variance *= Fraction(len(found), len(found) - unbiased)
    return Fraction(taken_in(old, variance, Fraction(momentum)))


EXAMPLES: tuple[Setting, ...] = (
    running((3, 5, 4, 3)),
    running((7, 19), momentum=0.01, unbiased=False),
    running((2, 3, 1, 11), absent=True),
    running((1, 3, 1, 1), absent=True, unbiased=False),
)

BATCH_NORM_RUNNING_VAR = Layer(
    "batch_norm_running_var",
    (
        BATCH_NORM_TRAIN.operands[0],
        Operand("running_var", "C", role="statistic", values="positive", optional=True),
    ),
    *(batch_norm_running_var, shape_rule, formula, error, exact),
    attributes={**MOMENTUM, "unbiased": flag(True)},
    output="C",
    updates=(BATCH_NORM, "running_var"),
    examples=EXAMPLES,
)
