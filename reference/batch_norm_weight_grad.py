"""The gradient of batch normalisation's weight, at inference."""

from fractions import Fraction
from typing import Any

import numpy as np

from .batch_norm import BATCH_NORM, over_root
from .batch_norm_error import per_channel, scale_error
from .batch_norm_train import about_mean, of_channel
from .batch_statistics import over_channel
from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Shape, SpecError
from .sums import SLACK


def batch_norm_weight_grad(
    grad: Array, input: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """dγ[c] = Σ g·(x − μ)/√(σ² + eps) over the images and places of channel c

    grad, input (N, C) or (N, C, H, W), the others (C,): float32 → (C,) float64. Raises SpecError.
    As autograd of torch.nn.functional.batch_norm with training=False.

    >>> batch_norm_weight_grad(np.float32([[6]]), np.float32([[3]]), np.float32([1]),
    ...                        np.float32([4]), eps=0.0).tolist()
    [6.0]
    """
    return evaluate(BATCH_NORM_WEIGHT_GRAD, (grad, input, running_mean, running_var), eps=eps)


def shape_rule(grad: Shape, input: Shape, mean: Shape, var: Shape, **_: Any) -> Shape:
    if grad != input:
        raise SpecError(
            f"batch_norm_weight_grad: grad has shape {grad}, expected that of input, {input}"
        )
    return input[1:2]


def formula(
    grad: Array, input: Array, running_mean: Array, running_var: Array, *, eps: float
) -> Array:
    centred = input - per_channel(running_mean, input.ndim, 0.0)
    return over_channel(grad * centred) / np.sqrt(running_var + eps)


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    running_mean: Enclosure,
    running_var: Enclosure,
    *,
    eps: float,
) -> Array:
    """(K·u + γ₅ + t)·Σ|g|(|x| + |μ|)/√…, t of the root: folded into Σ g·x − μ·Σ g it loses most."""
    tiny, ndim = profile.smallest_normal, grad.value.ndim
    mean, variance = np.abs(running_mean.value), running_var.value
    inverse, g = 1 / np.sqrt(variance + eps), grad.magnitude
    reach = input.magnitude + per_channel(mean, ndim, 0.0)
    size = over_channel(g * reach)
    count, depth = over_channel((g > 0) * 1), grad.value.size // len(mean)
    relative = profile.summed(count, depth) + profile.gamma(5)
    bound = (relative + scale_error(profile, variance, eps)) * size
    known = np.abs(input.value - per_channel(running_mean.value, ndim, 0.0))
    if not (grad.exact and input.exact):
        moved = over_channel(g * (known + input.radius)) - over_channel(np.abs(grad.value) * known)
        bound = bound + moved
    lost = tiny * (count * (4 + mean) + over_channel(g + reach)) * (1 + inverse) + 2 * tiny
    steepest = np.maximum(1.0, inverse)
    beyond = np.maximum(size, over_channel(g)) * steepest * SLACK > profile.largest
    highest = reach.max(axis=(0, *range(2, ndim)))
    unknown = beyond | (highest * steepest * SLACK > profile.largest) | (variance + eps < tiny)
    return np.where(unknown, np.inf, bound * inverse * SLACK + lost * (count > 0))


def exact(
    index: tuple[int, ...],
    grad: Array,
    input: Array,
    running_mean: Array,
    running_var: Array,
    *,
    eps: float,
) -> Exact:
    """Rational where the root is, else enclosed."""
    (k,) = index
    if np.isposinf(running_var[k]):
        return Fraction(0)
    mean = Fraction(float(running_mean[k]))
    square = Fraction(float(running_var[k])) + Fraction(eps)
    return over_root(about_mean(of_channel(grad, k), of_channel(input, k), mean), square)


BATCH_NORM_WEIGHT_GRAD = gradient(
    "batch_norm_weight_grad",
    BATCH_NORM,
    "weight",
    (batch_norm_weight_grad, shape_rule, formula, error, exact),
    (
        Operand("grad", ("N C", "N C H W")),
        Operand("input", ("N C", "N C H W")),
        Operand("running_mean", "C", role="statistic"),
        Operand("running_var", "C", role="statistic", values="positive"),
    ),
    attributes=BATCH_NORM.attributes,
    output="C",
)
