"""The gradient of the exponential linear unit."""

from fractions import Fraction

import numpy as np

from .attributes import flag, number
from .elu import ELU
from .evaluate import evaluate
from .layer import Array, Enclosure
from .pointwise import flush_error
from .pointwise_grad import either_side, gradient, off_nearby, pairs, passed_on
from .profile import Profile
from .rounding import FAR, NEXT_TO_NOTHING, Exact, inside, power_of_e
from .spec import SpecError


def elu_grad(grad: Array, input: Array, alpha: float = 1.0, is_result: bool = False) -> Array:
    """dx = g where x > 0, else g·alpha·eˣ, element by element: at 0 it is alpha·g.

    grad, input of any one shape, float32 → the same shape, float64. With is_result input is not x
    but y, what elu gave: dx = g where y > 0, else g·(y + alpha); alpha is not negative then, or y
    would not tell x's sign. Raises SpecError. As torch.ops.aten.elu_backward with scales of 1.

    >>> elu_grad(np.float32([4]), np.float32([2])).tolist()
    [4.0]
    """
    return evaluate(ELU_GRAD, (grad, input), alpha=alpha, is_result=is_result)


def check(alpha: float, is_result: bool) -> None:
    """Refuse what gives results of the wrong sign."""
    if is_result and alpha < 0:
        raise SpecError(
            f"elu_grad: alpha is {alpha}, expected at least 0 where input is the result"
        )


def slope(x: Array, alpha: float, is_result: bool) -> Array:
    """What g is multiplied by."""
    low = x + alpha if is_result else alpha * np.exp(np.minimum(x, 0.0))
    return np.where(x > 0, 1.0, low)


def formula(grad: Array, input: Array, *, alpha: float, is_result: bool) -> Array:
    return np.where(input > 0, grad, grad * slope(input, alpha, is_result))


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    *,
    alpha: float,
    is_result: bool,
) -> Array:
    """From x: the exponential's error, alpha's rounding, two products. From y: alpha's rounding,
    a sum and a product, or g·y and g·alpha and their sum. Where x > 0, g is copied.
    """
    u, tiny, size = profile.u, profile.smallest_normal, abs(alpha)
    at = slope(input.value, alpha, is_result)
    off = off_nearby(profile, input, lambda x: slope(x, alpha, is_result), at)
    reach = passed_on(grad, at, off)
    most = np.abs(value) + reach
    if is_result:
        own = u * (2 * most + grad.magnitude * (3 * size + input.magnitude))
        rounded = 1.0 + grad.magnitude
    else:
        power = np.minimum(input.value + input.radius, 0.0)
        own = (profile.exp(np.minimum(input.value - input.radius, 0.0)) + 3 * u) * most
        rounded = (1 + size) * (1 + grad.magnitude)
        # ∞·0, where the power is flushed.
        own = np.where(np.isinf(grad.value) & (size * np.exp(power) < 2 * tiny), np.inf, own)
    lost = tiny * rounded * (grad.magnitude > 0)
    copied = input.value - input.radius >= profile.smallest_normal
    own = np.where(copied, 0.0, own * (1 + 8 * u) + lost)
    overflow = ~copied & (grad.magnitude * max(1.0, size) > profile.largest)
    overflow |= most > profile.largest
    return own + reach + flush_error(profile, value, own + reach) + np.where(overflow, np.inf, 0.0)


def exact(
    index: tuple[int, ...], grad: Array, input: Array, *, alpha: float, is_result: bool
) -> Exact:
    """g, g·(y + alpha), or g·alpha·eˣ, which is irrational (Lindemann) but for x = 0."""
    g, x = (Fraction(float(values[index])) for values in (grad, input))
    if x > 0:
        return g
    if is_result:
        return g * (x + Fraction(alpha))
    scaled = g * Fraction(alpha)
    if scaled == 0 or x == 0:
        return scaled
    if x < FAR:
        return scaled * NEXT_TO_NOTHING
    return lambda c: inside(c, scaled) * power_of_e(c, x)


def choices(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    *,
    alpha: float,
    is_result: bool,
) -> Array | None:
    """(2, …): of an x that is NaN, g and NaN."""
    return either_side(input, value, grad.value, np.full(value.shape, np.nan))


ELU_GRAD = gradient(
    "elu_grad",
    ELU,
    *(elu_grad, formula, error, exact),
    choices=choices,
    check=check,
    attributes={"alpha": number(1.0, others=(1.0, 0.5, 0.0)), "is_result": flag(False)},
    examples=pairs({"alpha": 1.0}, {"alpha": 0.3}, {"alpha": 0.3, "is_result": True}),
)
