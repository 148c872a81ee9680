"""The gradient of batch normalisation's input, at inference."""

from fractions import Fraction

import numpy as np

from .batch_norm import BATCH_NORM, over_root
from .batch_norm_error import per_channel, scale_error
from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .pointwise import same_shape
from .profile import Profile
from .rounding import Exact


def batch_norm_input_grad(
    grad: Array, running_var: Array, weight: Array | None = None, eps: float = 1e-5
) -> Array:
    """dx = g·γ/√(σ² + eps), with σ² and γ (weight) of g's channel

    grad (N, C) or (N, C, H, W), the others (C,): float32 → grad's shape, float64. Raises SpecError.
    As autograd of torch.nn.functional.batch_norm with training=False.

    >>> batch_norm_input_grad(np.float32([[6]]), np.float32([4]), eps=0.0).tolist()
    [[3.0]]
    """
    return evaluate(BATCH_NORM_INPUT_GRAD, (grad, running_var, weight), eps=eps)


def formula(grad: Array, running_var: Array, weight: Array | None, *, eps: float) -> Array:
    variance, gamma = per_channel(running_var, grad.ndim, 1.0), per_channel(weight, grad.ndim, 1.0)
    return grad * gamma / np.sqrt(variance + eps)


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    running_var: Enclosure,
    weight: Enclosure | None,
    *,
    eps: float,
) -> Array:
    """The scale γ/√(σ² + eps) is off as batch_norm's is; and two products."""
    u, tiny, ndim = profile.u, profile.smallest_normal, grad.value.ndim
    variance = per_channel(running_var.value, ndim, 1.0)
    gamma = np.abs(per_channel(None if weight is None else weight.value, ndim, 1.0))
    inverse, g = 1 / np.sqrt(variance + eps), grad.magnitude
    spread = gamma * inverse * grad.radius
    bound = (scale_error(profile, variance, eps) + 2 * u) * (np.abs(value) + spread)
    # A factor, or a product of two of the three, that is below η may be flushed to zero.
    lost = tiny * (2 + inverse + g + gamma + (gamma + g) * inverse) * (g > 0) * (gamma > 0)
    steepest = np.maximum(np.maximum(1.0, gamma), np.maximum(inverse, gamma * inverse))
    beyond = np.maximum(g, 1.0) * steepest > profile.largest / (1 + 2.0**-20)
    unknown = beyond | (variance + eps < tiny)
    return np.where(unknown, np.inf, bound * (1 + 32 * u) + spread + lost)


def exact(
    index: tuple[int, ...], grad: Array, running_var: Array, weight: Array | None, *, eps: float
) -> Exact:
    """Rational where the root is, else enclosed."""
    c = index[1]
    scaled = Fraction(float(grad[index]))
    scaled *= Fraction(1) if weight is None else Fraction(float(weight[c]))
    if np.isposinf(running_var[c]):
        return Fraction(0)
    square = Fraction(float(running_var[c])) + Fraction(eps)
    return over_root(scaled, square)


BATCH_NORM_INPUT_GRAD = gradient(
    "batch_norm_input_grad",
    BATCH_NORM,
    "input",
    (batch_norm_input_grad, same_shape, formula, error, exact),
    (
        Operand("grad", ("N C", "N C H W")),
        Operand("running_var", "C", role="statistic", values="positive"),
        Operand("weight", "C", role="weight", optional=True),
    ),
    attributes=BATCH_NORM.attributes,
    per="channel",
)
