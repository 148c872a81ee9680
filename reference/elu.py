"""Exponential linear unit."""

from fractions import Fraction

import numpy as np

from .attributes import number
from .evaluate import evaluate
from .layer import Array, Enclosure
from .operands import Setting
from .pointwise import POINTS, element_wise, flush_error
from .profile import Profile
from .rounding import FAR, NEXT_TO_NOTHING, Exact, inside, power_of_e


def elu(input: Array, alpha: float = 1.0) -> Array:
    """y = x for x > 0, alpha·(eˣ − 1) otherwise, element by element; NaN stays NaN.

    input of any shape, float32 → the same shape, float64. Raises SpecError.
    As torch.nn.functional.elu; Clevert, Unterthiner, Hochreiter, ICLR 2016, equation 15.

    >>> elu(np.float32([0, 2])).tolist()
    [0.0, 2.0]
    """
    return evaluate(ELU, (input,), alpha=alpha)


def formula(input: Array, *, alpha: float) -> Array:
    return np.where(input > 0, input, alpha * np.expm1(np.minimum(input, 0.0)))


def error(profile: Profile, value: Array, input: Enclosure, *, alpha: float) -> Array:
    """The larger of what expm1(x) and exp(x) − 1 may cost, and the Lipschitz constant times x's.

    Besides the function itself, alpha is rounded to float32, the product and the difference once
    each. Positive x is copied.
    """
    u, radius = profile.u, input.radius
    steepest = max(1.0, abs(alpha))
    top = np.minimum(input.value + radius, 0.0)
    size = np.abs(value) + steepest * radius
    by_expm1 = (profile.expm1(top) + 2 * u) * size
    by_exp = abs(alpha) * profile.exp(top) * np.exp(top) + 3 * u * size
    own = np.where(input.value - radius > 0, 0.0, np.maximum(by_expm1, by_exp))
    reach = own * (1 + 8 * u) + steepest * radius
    return reach + flush_error(profile, value, reach)


def own_error(profile: Profile, value: Array, input: Enclosure, *, alpha: float) -> Array:
    """That of expm1 and a product."""
    return np.where(input.value > 0, 0.0, (profile.expm1(input.value) + 4 * profile.u) * abs(value))


def exact(index: tuple[int, ...], input: Array, *, alpha: float) -> Exact:
    """x, 0, or alpha·(eˣ − 1), which is irrational (Lindemann)."""
    x = Fraction(float(input[index]))
    if x > 0:
        return x
    if x == 0 or alpha == 0:
        return Fraction(0)
    if x < FAR:
        return Fraction(alpha) * (NEXT_TO_NOTHING - 1)
    return lambda c: inside(c, Fraction(alpha)) * (power_of_e(c, x) - 1)


EXAMPLES: tuple[Setting, ...] = tuple(
    (shapes, {"alpha": alpha}) for shapes, _ in POINTS for alpha in (1.0, 0.3)
)

ELU = element_wise(
    "elu",
    *(elu, formula, error, exact),
    own_error=own_error,
    attributes={"alpha": number(1.0, others=(1.0, 0.5, 0.0))},
    examples=EXAMPLES,
    onnx="Elu",
)
