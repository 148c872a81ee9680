"""The gradient of the logarithm of softmax."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure
from .log_softmax import LOG_SOFTMAX
from .profile import Profile
from .rounding import FAR, INFINITE, NEXT_TO_NOTHING, Exact, exact_sum, inside, power_of_e
from .row_grad import line, row_gradient
from .sums import SLACK


def log_softmax_grad(grad: Array, result: Array, dim: int) -> Array:
    """dx_i = g_i − e^y_i·Σ_j g_j along `dim`, y the result of log_softmax.

    grad, result of any one shape, float32 → the same shape, float64. Raises SpecError.
    As torch.ops.aten._log_softmax_backward_data.

    >>> log_softmax_grad(np.float32([[1, 0]]), np.float32([[0, 0]]), dim=1).tolist()
    [[0.0, -1.0]]
    """
    return evaluate(LOG_SOFTMAX_GRAD, (grad, result), dim=dim)


def formula(grad: Array, result: Array, *, dim: int) -> Array:
    return grad - np.exp(result) * grad.sum(axis=dim, keepdims=True)


def error(profile: Profile, value: Array, grad: Enclosure, result: Enclosure, *, dim: int) -> Array:
    """The sum's error times e^y, the power's and the product's, and the difference's."""
    u, tiny, length = profile.u, profile.smallest_normal, value.shape[dim]
    g, reach = grad.magnitude, result.radius
    total = np.abs(grad.value.sum(axis=dim, keepdims=True))
    count = (g != 0).sum(axis=dim, keepdims=True)
    size = g.sum(axis=dim, keepdims=True)
    moved = grad.radius.sum(axis=dim, keepdims=True)
    power = np.exp(result.value + reach)
    off_power = power * profile.exp(np.abs(result.value) + reach) + np.exp(result.value) * np.expm1(
        reach
    )
    off_sum = profile.summed(np.maximum(count - 1, 0), length) * size + moved
    off = (power + off_power) * off_sum + off_power * total
    product = power * (total + off_sum) + off
    bound = off + u * (2 * product + g) + grad.radius
    lost = tiny * (count + 3 + total + count * power)
    overflow = np.maximum(power, np.maximum(size, product + g)) * SLACK > profile.largest
    return np.where(overflow, np.inf, bound * SLACK + lost)


def exact(index: tuple[int, ...], grad: Array, result: Array, *, dim: int) -> Exact:
    """Rational where the sum or y is 0, else irrational (Lindemann)."""
    total = exact_sum(line(grad, index, dim))
    g, y = (Fraction(float(values[index])) for values in (grad, result))
    if total == 0 or y == 0:
        return g - total
    if y < FAR:
        return g - total * NEXT_TO_NOTHING
    if y > -FAR:
        return -INFINITE if total > 0 else INFINITE
    return lambda c: inside(c, g) - inside(c, total) * power_of_e(c, y)


LOG_SOFTMAX_GRAD = row_gradient(
    "log_softmax_grad", LOG_SOFTMAX, *(log_softmax_grad, formula, error, exact)
)
