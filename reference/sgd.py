"""One step of stochastic gradient descent."""

from fractions import Fraction
from typing import Any

import numpy as np

from .attributes import Attribute, flag, number
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape, SpecError
from .sums import SLACK


def sgd(
    weight: Array,
    grad: Array,
    velocity: Array | None = None,
    lr: float = 1e-3,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> Array:
    """w′ = w − lr·s with d = g + weight_decay·w, b = momentum·v + (1 − dampening)·d

    s is b, with nesterov d + momentum·b, without momentum d. weight, grad and velocity of any one
    shape, float32 → that shape, float64. velocity is v, from before the step; without it, as at the
    first step, b = d. Raises SpecError. As torch.optim.SGD, where Nesterov's has no dampening.

    >>> sgd(np.float32([1]), np.float32([2]), lr=0.25).tolist()
    [0.5]
    """
    return evaluate(
        SGD,
        (weight, grad, velocity),
        lr=lr,
        momentum=momentum,
        dampening=dampening,
        weight_decay=weight_decay,
        nesterov=nesterov,
    )


def alike(layer: str, weight: Shape, grad: Shape, velocity: Shape | None) -> Shape:
    """The rule of shapes: all the same."""
    for name, shape in (("grad", grad), ("velocity", velocity)):
        if shape not in (weight, None):
            raise SpecError(f"{layer}: {name} has shape {shape}, expected weight's, {weight}")
    return weight


def shape_rule(weight: Shape, grad: Shape, velocity: Shape | None, **_: Any) -> Shape:
    return alike("sgd", weight, grad, velocity)


def next_velocity(
    weight: Any, grad: Any, velocity: Any, momentum: Any, share: Any, weight_decay: Any
) -> tuple[Any, Any]:
    """d and b, of arrays or exact numbers; `share` is 1 − dampening."""
    decayed = grad + weight_decay * weight if weight_decay else grad
    return decayed, decayed if velocity is None else momentum * velocity + share * decayed


def direction(
    weight: Any, grad: Any, velocity: Any, momentum: Any, share: Any, decay: Any, nesterov: bool
) -> Any:
    """s, of arrays or exact numbers."""
    decayed, ahead = next_velocity(weight, grad, velocity, momentum, share, decay)
    if not momentum:
        return decayed
    return decayed + momentum * ahead if nesterov else ahead


def formula(
    weight: Array,
    grad: Array,
    velocity: Array | None,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
) -> Array:
    factors = momentum, 1 - dampening, weight_decay, nesterov
    found: Array = weight - lr * direction(weight, grad, velocity, *factors)
    return found


def error(
    profile: Profile,
    value: Array,
    weight: Enclosure,
    grad: Enclosure,
    velocity: Enclosure | None,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
) -> Array:
    """u·|w′| + n·u·lr·Σ|terms of s|, of which none is rounded more than n times."""
    factors = momentum, abs(1 - dampening) + 2 * dampening, weight_decay
    parts = weight.magnitude, grad.magnitude, None if velocity is None else velocity.magnitude
    radii = weight.radius, grad.radius, None if velocity is None else velocity.radius
    terms = lr * direction(*parts, *factors, nesterov)
    moved = lr * direction(*radii, *factors, nesterov)
    n = 2 + 3 * bool(weight_decay) + 3 * bool(momentum) * ((velocity is not None) + nesterov)
    reach = moved + weight.radius
    own = profile.u * (np.abs(value) + reach) + profile.gamma(n) * terms
    own = own + 3 * profile.u * weight.magnitude * bool(weight_decay)
    tiny = profile.smallest_normal * (2 + lr) * (4 + 4 * momentum + 4 * dampening + weight_decay)
    largest = weight.magnitude + np.maximum(terms, terms / lr if lr else 0.0)
    overflow = np.where(largest * SLACK > profile.largest, np.inf, 0.0)
    return (own + reach) * SLACK + 2 * tiny * (1 + momentum) + overflow


def exact(
    index: tuple[int, ...],
    weight: Array,
    grad: Array,
    velocity: Array | None,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
) -> Fraction:
    w, g = Fraction(float(weight[index])), Fraction(float(grad[index]))
    v = None if velocity is None else Fraction(float(velocity[index]))
    factors = Fraction(momentum), 1 - Fraction(dampening), Fraction(weight_decay)
    return w - Fraction(lr) * Fraction(direction(w, g, v, *factors, nesterov))


OPERANDS = (
    Operand("weight", "...", role="weight"),
    Operand("grad", "..."),
    Operand("velocity", "...", optional=True),
)
FACTORS: dict[str, Attribute] = {
    "momentum": number(0.0, minimum=0.0, others=(0.9, 0.99, 0.5)),
    "dampening": number(0.0, others=(0.1, 0.5)),
    "weight_decay": number(0.0, minimum=0.0, others=(5e-4, 1e-4, 0.25)),
}


def thrice(shape: Shape, velocity: bool = True, **given: Any) -> Setting:
    """A weight of that shape, its gradient and its velocity."""
    return (shape, shape, shape if velocity else None), given


EXAMPLES: tuple[Setting, ...] = (
    thrice((3, 17), lr=0.01, momentum=0.9, weight_decay=5e-4),
    thrice((3, 17), velocity=False, lr=0.01),
    thrice((2, 3, 5, 7), lr=0.1, momentum=0.5, weight_decay=0.25, nesterov=True),
    thrice((67,), lr=0.25, momentum=0.9, dampening=0.25, weight_decay=0.25),
)

SGD = Layer(
    "sgd",
    OPERANDS,
    *(sgd, shape_rule, formula, error, exact),
    attributes={
        "lr": number(1e-3, minimum=0.0, others=(0.1, 0.01, 1e-3)),
        **FACTORS,
        "nesterov": flag(False),
    },
    per="element",
    in_place=True,
    examples=EXAMPLES,
)
