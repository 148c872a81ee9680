"""The gradient of batch normalisation's weight, in training."""

from fractions import Fraction

import numpy as np

from .batch_norm import over_root
from .batch_norm_train import BATCH_NORM_TRAIN, about_mean, channel, of_channel
from .batch_norm_train_grad_error import sums
from .batch_statistics import Measure, measured, over_channel, two_passes
from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Shape, SpecError
from .sums import SLACK


def batch_norm_train_weight_grad(grad: Array, input: Array, eps: float = 1e-5) -> Array:
    """dγ[c] = Σ g·(x − μ)/√(σ² + eps) over the images and places of channel c

    grad, input (N, C) or (N, C, H, W): float32 → (C,) float64. μ and the biased σ² are the
    channel's own. Raises SpecError. As autograd of torch.nn.functional.batch_norm with
    training=True. The bias's gradient is batch_norm_bias_grad.
    """
    return evaluate(BATCH_NORM_TRAIN_WEIGHT_GRAD, (grad, input), eps=eps)


def alike(name: str, grad: Shape, input: Shape) -> Shape:
    """The shape of both."""
    if grad != input:
        raise SpecError(f"{name}: grad has shape {grad}, expected that of input, {input}")
    return input


def shape_rule(grad: Shape, input: Shape, *, eps: float) -> Shape:
    return alike("batch_norm_train_weight_grad", grad, input)[1:2]


def formula(grad: Array, input: Array, *, eps: float) -> Array:
    centred, _, variance = measured(input)
    return np.asarray(over_channel(grad * centred) / np.sqrt(variance + eps))


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    *,
    eps: float,
    measure: Measure = two_passes,
) -> Array:
    """The sum's, and the scale's."""
    known = sums(profile, grad, input, measure(profile, input), eps)
    largest = known.inverse + known.inverse_off
    bound = largest * (known.product_off + 4 * profile.u * known.size)
    bound = bound + np.abs(known.product) * known.inverse_off
    lost = profile.smallest_normal * (2 + over_channel(grad.magnitude)) * np.maximum(largest, 1.0)
    beyond = known.size * np.maximum(largest, 1.0) * SLACK > profile.largest
    return np.where(beyond, np.inf, bound * SLACK + lost)


def exact(index: tuple[int, ...], grad: Array, input: Array, *, eps: float) -> Exact:
    """Rational where the root is, else enclosed."""
    (c,) = index
    x, mean, variance = channel(input, c)
    return over_root(about_mean(of_channel(grad, c), x, mean), variance + Fraction(eps))


BATCH_NORM_TRAIN_WEIGHT_GRAD = gradient(
    "batch_norm_train_weight_grad",
    BATCH_NORM_TRAIN,
    "weight",
    (batch_norm_train_weight_grad, shape_rule, formula, error, exact),
    (Operand("grad", ("N C", "N C H W")), BATCH_NORM_TRAIN.operands[0]),
    attributes=BATCH_NORM_TRAIN.attributes,
    output="C",
)
