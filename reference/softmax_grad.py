"""The gradient of softmax."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .grid import grid_step, lowest
from .layer import Array, Enclosure
from .profile import Profile
from .rounding import exact_sum
from .row_grad import line, row_gradient
from .softmax import SOFTMAX
from .sums import SLACK


def softmax_grad(grad: Array, result: Array, dim: int) -> Array:
    """dx_i = y_i·(g_i − Σ_j g_j·y_j) along `dim`, y the result of softmax.

    grad, result of any one shape, float32 → the same shape, float64. Raises SpecError.
    As torch.ops.aten._softmax_backward_data.

    >>> softmax_grad(np.float32([[1, 0]]), np.float32([[0.5, 0.5]]), dim=1).tolist()
    [[0.25, -0.25]]
    """
    return evaluate(SOFTMAX_GRAD, (grad, result), dim=dim)


def formula(grad: Array, result: Array, *, dim: int) -> Array:
    return result * (grad - (grad * result).sum(axis=dim, keepdims=True))


def error(profile: Profile, value: Array, grad: Enclosure, result: Enclosure, *, dim: int) -> Array:
    """(K·u + γ₄)·|y_i|(|g_i| + Σ|g_j||y_j|), K products that are not zero.

    The products may be added before or after they are multiplied by y_i. 0 where neither a
    product nor a sum can round.
    """
    tiny, length = profile.smallest_normal, value.shape[dim]
    g, y = grad.magnitude, result.magnitude
    count = ((g * y) != 0).sum(axis=dim, keepdims=True)
    inner = g + (g * y).sum(axis=dim, keepdims=True)
    size = y * inner
    bound = (profile.summed(count, length) + profile.gamma(4)) * size
    small = tuple(values * (values < tiny) for values in (g, y))
    lost = small[0] + (small[0] * y + g * small[1]).sum(axis=dim, keepdims=True)
    lost = y * lost + small[1] * inner + tiny * (2 * count + 4) * (1 + y)
    least = np.where(y > 0, y, np.inf).min(axis=dim, keepdims=True)
    met = tiny * (g * (y > 0)).sum(axis=dim, keepdims=True)  # y_i·y_j is lost, and then met by g_j
    lost = lost + np.where(y * least < tiny, met, 0.0)
    bound = bound + lost * (size > 0)
    if grad.exact and result.exact:
        one = grid_step(result.value)
        step = grid_step(grad.value) * min(1.0, one) * one
        below = min(step, lowest(g), lowest(y)) < tiny
        bound = np.where((size * profile.u < step) & (not below), 0.0, bound)
    else:
        known = np.abs(grad.value), np.abs(result.value)
        bound = (
            bound
            + size
            - known[1] * (known[0] + (known[0] * known[1]).sum(axis=dim, keepdims=True))
        )
    products = y * y.max(axis=dim, keepdims=True)
    beyond = np.maximum(size + products, inner) * SLACK > profile.largest
    return np.where(beyond, np.inf, bound * SLACK)


def exact(index: tuple[int, ...], grad: Array, result: Array, *, dim: int) -> Fraction:
    pairs = zip(line(grad, index, dim), line(result, index, dim), strict=True)
    total = exact_sum(g * y for g, y in pairs)
    return Fraction(float(result[index])) * (Fraction(float(grad[index])) - total)


SOFTMAX_GRAD = row_gradient("softmax_grad", SOFTMAX, *(softmax_grad, formula, error, exact))
