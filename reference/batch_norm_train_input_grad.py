"""The gradient of batch normalisation's input, in training."""

from fractions import Fraction

import numpy as np

from .batch_norm import over_root
from .batch_norm_error import per_channel
from .batch_norm_train import BATCH_NORM_TRAIN, about_mean, channel, of_channel
from .batch_norm_train_grad_error import spread, sums
from .batch_norm_train_weight_grad import alike
from .batch_statistics import Measure, divided, measured, over_channel, two_passes
from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .rounding import Exact, exact_sum
from .spec import Shape
from .sums import SLACK


def batch_norm_train_input_grad(
    grad: Array, input: Array, weight: Array | None = None, eps: float = 1e-5
) -> Array:
    """dx = γ·s·(g − mean(g) − x̂·mean(g·x̂)), x̂ = (x − μ)·s, s = 1/√(σ² + eps)

    grad, input (N, C) or (N, C, H, W), γ (weight) (C,): float32 → input's shape, float64. Means, μ
    and the biased σ² are of the channel. Raises SpecError. As autograd of
    torch.nn.functional.batch_norm with training=True.
    """
    return evaluate(BATCH_NORM_TRAIN_INPUT_GRAD, (grad, input, weight), eps=eps)


def shape_rule(grad: Shape, input: Shape, weight: Shape | None, *, eps: float) -> Shape:
    return alike("batch_norm_train_input_grad", grad, input)


def parts(grad: Array, input: Array, eps: float) -> tuple[Array, Array, Array]:
    """g − mean(g) − x̂·mean(g·x̂), and its last term's factors x − μ and mean(g·(x − μ))·s²."""
    centred, _, variance = measured(input)
    count = input.size // input.shape[1]
    mean, slope = over_channel(grad) / count, over_channel(grad * centred) / count
    slope = per_channel(slope / (variance + eps), input.ndim, 0.0)
    return grad - per_channel(mean, input.ndim, 0.0) - centred * slope, centred, slope


def formula(grad: Array, input: Array, weight: Array | None, *, eps: float) -> Array:
    variance = per_channel(measured(input)[2], input.ndim, 1.0)
    gamma = per_channel(weight, input.ndim, 1.0)
    return gamma * parts(grad, input, eps)[0] / np.sqrt(variance + eps)


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    weight: Enclosure | None,
    *,
    eps: float,
    measure: Measure = two_passes,
) -> Array:
    """Each of the three terms' own, ten roundings of their sizes, and what the scale is off."""
    found = measure(profile, input)
    known, u, x = sums(profile, grad, input, found, eps), profile.u, input.value
    share, count = divided(profile, found.count), found.count
    inner, centred, slope = parts(grad.value, x, eps)
    mean = spread(np.abs(known.plain) / count, x)
    mean_off = spread(known.plain_off / count * (1 + share), x) + share * mean
    largest = known.inverse + known.inverse_off
    steepest = (np.abs(known.product) + known.product_off) / count * (1 + share) * largest**2
    steepest = spread(steepest * (1 + 8 * u), x)
    reach = np.abs(centred) + found.centred_off
    off = grad.radius + mean_off + reach * steepest - np.abs(centred * slope)
    folded = input.magnitude + spread(np.abs(found.mean) + found.mean_off, x)
    size = grad.magnitude + mean + mean_off + folded * steepest
    gamma = np.abs(per_channel(None if weight is None else weight.value, x.ndim, 1.0))
    scale, inverse = spread(largest, x), spread(known.inverse, x)
    bound = gamma * (scale * (off + 10 * u * size) + np.abs(inner) * (scale - inverse))
    most = np.maximum(gamma, 1.0) * np.maximum(scale, 1.0) ** 3 * (1 + size)
    lost = 8 * profile.smallest_normal * most * (1 + folded)
    fits = (most * SLACK <= profile.largest) & np.isfinite(spread(known.size, x))
    return np.where(fits, bound * SLACK + lost, np.inf)


def exact(
    index: tuple[int, ...], grad: Array, input: Array, weight: Array | None, *, eps: float
) -> Exact:
    """Rational where the root is, else enclosed."""
    c = index[1]
    x, mean, variance = channel(input, c)
    g = of_channel(grad, c)
    square = variance + Fraction(eps)
    if square == 0:
        return None
    slope = about_mean(g, x, mean) / len(x) / square
    own = Fraction(float(grad[index])) - exact_sum(g) / len(g)
    own -= (Fraction(float(input[index])) - mean) * slope
    gamma = Fraction(1) if weight is None else Fraction(float(weight[c]))
    return over_root(gamma * own, square)


BATCH_NORM_TRAIN_INPUT_GRAD = gradient(
    "batch_norm_train_input_grad",
    BATCH_NORM_TRAIN,
    "input",
    (batch_norm_train_input_grad, shape_rule, formula, error, exact),
    (
        Operand("grad", ("N C", "N C H W")),
        *BATCH_NORM_TRAIN.operands[:2],
    ),
    attributes=BATCH_NORM_TRAIN.attributes,
)
