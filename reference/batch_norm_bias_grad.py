"""The gradient of batch normalisation's bias."""

from .batch_norm import BATCH_NORM
from .batch_statistics import over_channel
from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .operands import Operand
from .profile import Profile
from .spec import Shape
from .sums import plain_sum_error


def batch_norm_bias_grad(grad: Array) -> Array:
    """dβ[c] = Σ g over the images and places of channel c

    grad (N, C) or (N, C, H, W) float32 → (C,) float64. Raises SpecError. As autograd of
    torch.nn.functional.batch_norm, in training and at inference.

    >>> batch_norm_bias_grad(np.float32([[1], [2]])).tolist()
    [3.0]
    """
    return evaluate(BATCH_NORM_BIAS_GRAD, (grad,))


def shape_rule(grad: Shape) -> Shape:
    return grad[1:2]


def error(profile: Profile, value: Array, grad: Enclosure) -> Array:
    depth = grad.value.size // len(value)
    return plain_sum_error(profile, over_channel, grad, depth)


def exact(index: tuple[int, ...], grad: Array) -> list[float]:
    values: list[float] = grad[:, index[0]].ravel().tolist()
    return values


BATCH_NORM_BIAS_GRAD = gradient(
    "batch_norm_bias_grad",
    BATCH_NORM,
    "bias",
    (batch_norm_bias_grad, shape_rule, over_channel, error, exact),
    (Operand("grad", ("N C", "N C H W")),),
    output="C",
)
