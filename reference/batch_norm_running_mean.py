"""The mean of batch normalisation's input, and the running one that takes it in."""

from fractions import Fraction
from typing import Any

import numpy as np

from .attributes import number
from .batch_norm import BATCH_NORM
from .batch_norm_train import BATCH_NORM_TRAIN, channel
from .batch_statistics import Measure, measured, two_passes
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape
from .sums import SLACK


def batch_norm_running_mean(
    input: Array, running_mean: Array | None = None, momentum: float = 0.1
) -> Array:
    """r′ = (1 − momentum)·r + momentum·μ, μ the mean of each channel; without r, μ itself

    input (N, C) or (N, C, H, W), r (running_mean) (C,): float32 → (C,) float64. momentum is the
    weight of the new value, as torch's, not that of the old one, as Keras'. Raises SpecError. What
    torch.nn.functional.batch_norm with training=True makes of running_mean.
    """
    return evaluate(BATCH_NORM_RUNNING_MEAN, (input, running_mean), momentum=momentum)


def shape_rule(input: Shape, running: Shape | None, **_: Any) -> Shape:
    return input[1:2]


def formula(input: Array, running_mean: Array | None, *, momentum: float) -> Array:
    return taken_in(running_mean, measured(input)[1], momentum)


def taken_in(running: Any, new: Any, momentum: Any) -> Any:
    """The running value after the step, of arrays or exact numbers."""
    return new if running is None else (1 - momentum) * running + momentum * new


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    running_mean: Enclosure | None,
    *,
    momentum: float,
    measure: Measure = two_passes,
) -> Array:
    found = measure(profile, input)
    return error_taken_in(profile, found.mean, found.mean_off, running_mean, momentum)


def error_taken_in(
    profile: Profile, new: Array, off: Array, running: Enclosure | None, momentum: float
) -> Array:
    """γ₄ of the terms, of (1 − m)·r + m·μ or of r + m·(μ − r), and what μ is off."""
    size, tiny = np.abs(new) + off, profile.smallest_normal
    if running is None:
        beyond, bound = size, off
    else:
        factor = abs(1 - momentum) + 2 * momentum
        terms = factor * running.magnitude + momentum * size
        bound = float(profile.gamma(4)) * terms + momentum * off
        bound = bound + factor * running.radius + 4 * tiny * (1 + factor)
        beyond = (1 + factor) * (running.magnitude + size)
    return np.where(beyond * SLACK > profile.largest, np.inf, bound * SLACK)


def exact(
    index: tuple[int, ...], input: Array, running_mean: Array | None, *, momentum: float
) -> Fraction:
    (c,) = index
    old = None if running_mean is None else Fraction(float(running_mean[c]))
    return Fraction(taken_in(old, channel(input, c)[1], Fraction(momentum)))


MOMENTUM = {"momentum": number(0.1, minimum=0.0, others=(0.9, 0.99, 0.01))}


def running(shape: Shape, absent: bool = False, **given: Any) -> Setting:
    """An input of that shape, and the running statistic of its channels."""
    return (shape, None if absent else shape[1:2]), given


EXAMPLES: tuple[Setting, ...] = (
    running((3, 5, 4, 3)),
    running((7, 19), momentum=0.01),
    running((2, 3, 1, 11), absent=True),
)

BATCH_NORM_RUNNING_MEAN = Layer(
    "batch_norm_running_mean",
    (
        BATCH_NORM_TRAIN.operands[0],
        Operand("running_mean", "C", role="statistic", optional=True),
    ),
    *(batch_norm_running_mean, shape_rule, formula, error, exact),
    attributes=MOMENTUM,
    output="C",
    updates=(BATCH_NORM, "running_mean"),
    examples=EXAMPLES,
)
