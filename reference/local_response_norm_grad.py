"""The gradient of local response normalisation."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .local_response_norm import LOCAL_RESPONSE_NORM, base_error, channel_sums
from .operands import Operand
from .profile import Profile
from .rounding import Exact, Interval, exact_sum, inside, power
from .spec import Shape, SpecError
from .sums import SLACK

if TYPE_CHECKING:
    from mpmath.ctx_iv import MPIntervalContext


def local_response_norm_grad(
    grad: Array, input: Array, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Array:
    """dx[c] = g[c]·D[c]^−β − 2αβ/size·x[c]·Σ g[d]·x[d]·D[d]^(−β−1), d with c in their window

    grad, input (N, C, …) as local_response_norm read it, D = k + alpha/size·Σ x² over a channel's
    window: float32 → the same shape, float64. Raises SpecError. As autograd of
    torch.nn.functional.local_response_norm.

    >>> local_response_norm_grad(np.ones((1, 1, 1, 1), np.float32),
    ...                          np.zeros((1, 1, 1, 1), np.float32), size=1).tolist()
    [[[[1.0]]]]
    """
    return evaluate(LOCAL_RESPONSE_NORM_GRAD, (grad, input), size=size, alpha=alpha, beta=beta, k=k)


def shape_rule(grad: Shape, input: Shape, **_: Any) -> Shape:
    if grad != input:
        raise SpecError(
            f"local_response_norm_grad: grad has shape {grad}, expected that of input, {input}"
        )
    return input


def seen_by(values: Array, size: int) -> Array:
    """Σ over the channels whose windows hold each channel: the windows the other way round."""
    return channel_sums(values[:, ::-1], size)[:, ::-1]


def formula(grad: Array, input: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
    base = k + alpha / size * channel_sums(input * input, size)
    scale = 2 * alpha * beta / size
    return grad * base**-beta - scale * input * seen_by(grad * input * base ** (-beta - 1), size)


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    *,
    size: int,
    alpha: float,
    beta: float,
    k: float,
) -> Array:
    """The powers' relative errors in both terms, the sum's, and a few roundings.

    The second power may be the first over the base. Unknown where a number leaves the format.
    """
    u, tiny, g, x = profile.u, profile.smallest_normal, grad.magnitude, input.magnitude
    base, relative = base_error(profile, input, size, alpha, k)
    rest = np.maximum(1 - relative, 0)
    logarithm, quotient = u * np.abs(np.log(np.abs(base))), profile.ulps(profile.divide)
    first = np.expm1(abs(beta) * relative / rest) + profile.ulps(profile.power)
    second = np.expm1((abs(beta) + 1) * relative / rest) + profile.ulps(profile.power)
    first = first + abs(beta) * logarithm + quotient + 2 * u
    second = second + (abs(beta) + 1) * logarithm + 2 * quotient + 8 * u
    # Both may be worse where they are multiplied.
    first, second = first * (1 + first) + u, second * (1 + second) + profile.summed(size, size)
    root = np.abs(base) ** -beta
    scale = abs(2 * alpha * beta / size)
    straight, terms = g * root, scale * g * x * root / np.abs(base)
    across = x * seen_by(terms, size)
    bound = straight * first + x * seen_by(terms * second, size)
    bound = bound + (6 * u + quotient) * across + u * (straight + across)
    if not (grad.exact and input.exact):
        known = np.abs(grad.value), np.abs(input.value)
        bound = bound + straight - known[0] * root
        bound = bound + across - known[1] * seen_by(scale * known[0] * known[1] * root / base, size)
    steepest = np.maximum(np.maximum(root, root / np.abs(base)), 1.0)
    # A product of some of the factors of a term may be flushed, and the others may be large.
    others = np.maximum(g, 1.0) * np.maximum(x, 1.0) * steepest
    lost = tiny * (4 + size) * (1 + g + root + scale) * (1 + x)
    lost = lost + 4 * tiny * max(1.0, scale) * np.maximum(x, 1.0) * seen_by(others, size)
    raised = channel_sums(x * x, size) * max(1.0, abs(alpha))
    highest = np.maximum(np.maximum(raised, g * np.maximum(x, 1.0) * steepest), straight + across)
    # What is NaN, an infinity among the neighbours, is not known either.
    beyond = ~(highest * SLACK <= profile.largest) | (np.abs(base) ** beta * tiny * SLACK > 1)
    beyond |= (np.abs(base) ** (abs(beta) + 1) * tiny * SLACK > 1) | ~np.isfinite(root)
    beyond |= (root < tiny * SLACK) | (np.abs(base) ** (abs(beta) + 1) < tiny * SLACK)
    unknown = seen_by(channel_sums(beyond * 1.0, size), size) > 0
    unknown |= seen_by(beyond * 1.0, size) > 0
    return np.where(unknown | beyond, np.inf, bound * SLACK + lost * (g + across > 0))


def exact(
    index: tuple[int, ...],
    grad: Array,
    input: Array,
    *,
    size: int,
    alpha: float,
    beta: float,
    k: float,
) -> Exact:
    """Enclosed; None where a base is not positive. What is over an infinite base is 0."""
    elsewhere: tuple[int, ...] = index[:1] + index[2:]
    g, x = (np.moveaxis(values, 1, -1)[elsewhere].tolist() for values in (grad, input))
    own, a, b = index[1], Fraction(alpha), Fraction(beta)
    bases: dict[int, Fraction] = {}
    for d in range(len(x)):
        window = x[max(d - size // 2, 0) : max(d - size // 2 + size, 0)]
        if (d == own or d - size // 2 <= own < d - size // 2 + size) and np.isfinite(window).all():
            squares = exact_sum(v * v for v in window)
            bases[d] = Fraction(k) + a / size * squares
    if any(base <= 0 for base in bases.values()):
        return None

    def gradient_of(c: "MPIntervalContext") -> Interval:
        total = c.mpf(0)
        for d, base in bases.items():
            root = power(c, inside(c, base), inside(c, -b))
            if d == own:
                total += inside(c, Fraction(g[d])) * root
            if d - size // 2 <= own < d - size // 2 + size:
                share = Fraction(x[own]) * Fraction(g[d]) * Fraction(x[d]) / base
                total -= inside(c, 2 * a * b / size * share) * root
        return total

    return gradient_of


LOCAL_RESPONSE_NORM_GRAD = gradient(
    "local_response_norm_grad",
    LOCAL_RESPONSE_NORM,
    "input",
    (local_response_norm_grad, shape_rule, formula, error, exact),
    (Operand("grad", "N C H ..."), Operand("input", "N C H ...")),
    attributes=LOCAL_RESPONSE_NORM.attributes,
    sums="size",
)
