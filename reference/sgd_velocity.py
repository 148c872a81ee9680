"""What stochastic gradient descent remembers from one step to the next."""

from fractions import Fraction
from typing import Any

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Setting
from .profile import Profile
from .sgd import EXAMPLES, FACTORS, OPERANDS, alike, next_velocity
from .spec import Shape
from .sums import SLACK


def sgd_velocity(
    weight: Array,
    grad: Array,
    velocity: Array | None = None,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
) -> Array:
    """v′ = momentum·v + (1 − dampening)·d with d = g + weight_decay·w; d where there is no v yet

    weight, grad and velocity of any one shape, float32 → that shape, float64. Raises SpecError. The
    momentum_buffer of torch.optim.SGD.

    >>> sgd_velocity(np.float32([1]), np.float32([2]), np.float32([4]), momentum=0.5).tolist()
    [4.0]
    """
    return evaluate(
        SGD_VELOCITY,
        (weight, grad, velocity),
        momentum=momentum,
        dampening=dampening,
        weight_decay=weight_decay,
    )


def shape_rule(weight: Shape, grad: Shape, velocity: Shape | None, **_: Any) -> Shape:
    return alike("sgd_velocity", weight, grad, velocity)


def formula(
    weight: Array,
    grad: Array,
    velocity: Array | None,
    *,
    momentum: float,
    dampening: float,
    weight_decay: float,
) -> Array:
    found: Array = next_velocity(weight, grad, velocity, momentum, 1 - dampening, weight_decay)[1]
    return found


def error(
    profile: Profile,
    value: Array,
    weight: Enclosure,
    grad: Enclosure,
    velocity: Enclosure | None,
    *,
    momentum: float,
    dampening: float,
    weight_decay: float,
) -> Array:
    """n·u·Σ|terms|, of which none is rounded more than n times."""
    factors = momentum, abs(1 - dampening) + 2 * dampening, weight_decay
    parts = weight.magnitude, grad.magnitude, None if velocity is None else velocity.magnitude
    radii = weight.radius, grad.radius, None if velocity is None else velocity.radius
    terms, moved = (next_velocity(*some, *factors)[1] for some in (parts, radii))
    n = 3 * bool(weight_decay) + 3 * (velocity is not None)
    tiny = profile.smallest_normal * 4 * (2 + momentum + dampening + weight_decay)
    overflow = np.where(terms * SLACK > profile.largest, np.inf, 0.0)
    return (profile.gamma(n) * terms + moved) * SLACK + tiny + overflow


def exact(
    index: tuple[int, ...],
    weight: Array,
    grad: Array,
    velocity: Array | None,
    *,
    momentum: float,
    dampening: float,
    weight_decay: float,
) -> Fraction:
    w, g = Fraction(float(weight[index])), Fraction(float(grad[index]))
    v = None if velocity is None else Fraction(float(velocity[index]))
    factors = Fraction(momentum), 1 - Fraction(dampening), Fraction(weight_decay)
    return Fraction(next_velocity(w, g, v, *factors)[1])


SETTINGS: tuple[Setting, ...] = tuple(
    (shapes, {name: value for name, value in given.items() if name in FACTORS})
    for shapes, given in EXAMPLES
)

SGD_VELOCITY = Layer(
    "sgd_velocity",
    OPERANDS,
    *(sgd_velocity, shape_rule, formula, error, exact),
    attributes=FACTORS,
    per="element",
    in_place=True,
    examples=SETTINGS,
)
