"""The sum of two arrays."""

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import flush_error
from .profile import Profile
from .rounding import Exact
from .spec import Shape, SpecError


def add(a: Array, b: Array) -> Array:
    """y = a + b, element by element.

    a, b of the same shape, any, float32 → that shape, float64. Raises SpecError. As torch.add,
    which also broadcasts.

    >>> add(np.float32([1, 2]), np.float32([10, 20])).tolist()
    [11.0, 22.0]
    """
    return evaluate(ADD, (a, b))


def shape_rule(a: Shape, b: Shape) -> Shape:
    if a != b:
        raise SpecError(f"add: b has shape {b}, expected that of a, {a}")
    return a


def formula(a: Array, b: Array) -> Array:
    return a + b


def error(profile: Profile, value: Array, a: Enclosure, b: Enclosure) -> Array:
    """One rounding, none where the sum is a number of the format; a flushed operand is lost."""
    radius = a.radius + b.radius
    if a.exact and b.exact and profile.u == 2.0**-24:
        rounding = np.abs(value.astype(np.float32) - value)
    else:
        rounding = profile.u * (np.abs(value) + radius)
    lost = flush_error(profile, a.value, a.radius) + flush_error(profile, b.value, b.radius)
    overflow = np.where(np.abs(value) > profile.largest, np.inf, 0.0)
    return rounding + radius + lost + flush_error(profile, value, radius) + overflow


def exact(index: tuple[int, ...], a: Array, b: Array) -> Exact:
    return [float(a[index]), float(b[index])]


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 5), (2, 3, 5)), {}),
    (((4099,), (4099,)), {}),
)

ADD = Layer(
    "add",
    (Operand("a", "..."), Operand("b", "...", values="-a")),
    *(add, shape_rule, formula, error, exact),
    per="element",
    examples=EXAMPLES,
    onnx="Add",
)
