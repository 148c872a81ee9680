"""Local response normalisation across channels."""

from fractions import Fraction

import numpy as np

from .attributes import count, number
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import same_shape
from .profile import Profile
from .rounding import LONGEST, Exact, divided_by_zero, exact_sum, inside, power


def local_response_norm(
    input: Array, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Array:
    """y[n,c] = x[n,c] / (k + alpha/size · Σ x[n,c']²)^beta, c' from c − size//2, size of them

    input (N, C, …) float32 → the same shape, float64. Channels beyond the first and last count as
    0. Raises SpecError. As torch.nn.functional.local_response_norm, and ONNX's LRN but for an even
    size, whose window lies one channel higher there. Krizhevsky et al., "ImageNet Classification
    with Deep Convolutional Neural Networks", section 3.3, where alpha is not divided by size.

    >>> local_response_norm(np.ones((1, 1, 1, 1), np.float32), size=1, alpha=1.0, beta=1.0).tolist()
    [[[[0.5]]]]
    """
    return evaluate(LOCAL_RESPONSE_NORM, (input,), size=size, alpha=alpha, beta=beta, k=k)


def channel_sums(values: Array, size: int) -> Array:
    """Σ over each channel's window of `size` channels, from size//2 before it."""
    channels = values.shape[1]
    before, after = min(size // 2, channels - 1), min(size - 1 - size // 2, channels - 1)
    around = [(0, 0)] * values.ndim
    around[1] = (before, after)
    padded = np.pad(values, around)
    shifted = (padded[:, k : k + channels] for k in range(before + after + 1))
    return sum(shifted, np.zeros_like(values))


def formula(input: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
    base = k + alpha / size * channel_sums(input * input, size)
    return input / base**beta


def base_error(
    profile: Profile, input: Enclosure, size: int, alpha: float, k: float
) -> tuple[Array, Array]:
    """k + alpha/size · Σ x², and its relative error: squares, additions, alpha's and k's roundings,
    the scaling; and what the inputs' own errors move it by.
    """
    u, x = profile.u, input.magnitude
    squares = abs(alpha) / size * channel_sums(x * x, size)
    base = k + alpha / size * channel_sums(input.value * input.value, size)
    added = profile.summed(size, size)
    off = added + (6 * u + profile.ulps(profile.divide)) * (1 + added)
    moved = squares - abs(alpha) / size * channel_sums(np.square(input.value), size)
    # Squares, their sums, the quotient and the base may be flushed.
    lost = profile.smallest_normal * (2 * abs(alpha) + 3) * (1 + added)
    return base, (off * (abs(k) + squares) + moved + lost) / np.abs(base)


def error(
    profile: Profile,
    value: Array,
    input: Enclosure,
    *,
    size: int,
    alpha: float,
    beta: float,
    k: float,
) -> Array:
    """|y| times what the base, the power and the quotient are off, relatively.

    The base: squares, additions, alpha's and k's own roundings, the scaling; with beta's rounding
    and the power that makes |beta|·e + |beta·ln(base)|·u + P + D + u. Errors of the inputs move x
    and the base. Where an intermediate result leaves the format's range, nothing is known.
    """
    u, tiny, x = profile.u, profile.smallest_normal, input.magnitude
    base, relative = base_error(profile, input, size, alpha, k)
    exponent = abs(beta) * relative / np.maximum(1 - relative, 0)
    power = profile.ulps(profile.power) + u * np.abs(beta * np.log(np.abs(base)))
    total = np.expm1(exponent) + power + profile.ulps(profile.divide) + 2 * u
    root = np.abs(base) ** beta
    own = total * (1 + total) * x / root
    # A subnormal x or result may be flushed; root and 1/root may not, or nothing is known.
    flushed = np.where(x > 0, (input.radius + tiny) / root * (1 + total) + tiny, 0.0)
    raised = channel_sums(x * x, size)
    slack = 1 + 2.0**-20
    beyond = (raised * max(1.0, abs(alpha)) * slack > profile.largest) | (root * tiny * slack > 1)
    below = (root < tiny * slack) & (raised > 0)
    return np.where(beyond | below | np.isnan(root), np.inf, own * slack + flushed)


def exact(
    index: tuple[int, ...], input: Array, *, size: int, alpha: float, beta: float, k: float
) -> Exact:
    """Rational for x = 0 and small integral beta, else enclosed."""
    x, first = Fraction(float(input[index])), index[1] - size // 2
    elsewhere: tuple[int, ...] = index[:1] + index[2:]
    across = np.moveaxis(input, 1, -1)[elsewhere]
    window: list[float] = across[max(first, 0) : first + size].tolist()
    if not np.isfinite(window).all():
        return Fraction(0)  # a finite result beside an infinity: x/∞
    total = exact_sum(v * v for v in window)
    base = Fraction(k) + Fraction(alpha) / size * total
    whole = beta == int(beta)
    if base == 0 and beta != 0:
        return Fraction(0) if beta < 0 else divided_by_zero(x)
    if base < 0 and not whole:
        return None
    if x == 0 or base == 1:
        return x
    if whole and abs(beta) <= LONGEST:
        return x / base ** int(beta)
    signed = -x if base < 0 and beta % 2 == 1 else x
    return lambda c: inside(c, signed) / power(c, inside(c, abs(base)), inside(c, Fraction(beta)))


EXAMPLES: tuple[Setting, ...] = (
    (((2, 7, 4, 3),), {"size": 5}),
    (((1, 11, 3, 2),), {"size": 4, "alpha": 0.5, "beta": 0.5, "k": 2.0}),
    (((1, 3, 5, 2),), {"size": 5, "alpha": 1e-2}),
)

LOCAL_RESPONSE_NORM = Layer(
    "local_response_norm",
    (Operand("input", "N C H ..."),),
    *(local_response_norm, same_shape, formula, error, exact),
    attributes={
        "size": count(),
        "alpha": number(1e-4, others=(5e-4, 1e-4)),
        "beta": number(0.75, others=(0.5, 0.75, 1.0)),
        "k": number(1.0, others=(2.0, 1.0)),
    },
    sums="size",
    examples=EXAMPLES,
    onnx="LRN",
)
