"""The product of two arrays, element by element."""

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import flush_error
from .profile import Profile
from .rounding import Exact
from .spec import Shape, SpecError


def mul(a: Array, b: Array) -> Array:
    """y = a·b, element by element; both are broadcast.

    a, b of any shapes, float32 → the shape to which both broadcast, float64: axes are counted from
    the last, one that is missing or 1 long is repeated. Raises SpecError. As torch.mul.

    >>> mul(np.float32([1, 2]), np.float32([10])).tolist()
    [10.0, 20.0]
    """
    return evaluate(MUL, (a, b))


def shape_rule(a: Shape, b: Shape) -> Shape:
    try:
        return tuple(np.broadcast_shapes(a, b))
    except ValueError:
        raise SpecError(f"mul: b has shape {b}, which does not broadcast with a's, {a}") from None


def formula(a: Array, b: Array) -> Array:
    return a * b


def error(profile: Profile, value: Array, a: Enclosure, b: Enclosure) -> Array:
    """One rounding, none where the product is a number of the format; a flushed operand is lost."""
    radius = a.magnitude * b.magnitude - np.abs(a.value * b.value)
    if a.exact and b.exact and profile.u == 2.0**-24:
        rounding = np.abs(value.astype(np.float32) - value)
    else:
        rounding = profile.u * (np.abs(value) + radius) + profile.smallest_normal * profile.u
    lost = flush_error(profile, a.value, a.radius) * b.magnitude
    lost = lost + flush_error(profile, b.value, b.radius) * a.magnitude
    overflow = np.where(np.abs(value) + radius > profile.largest, np.inf, 0.0)
    return rounding + radius + lost + flush_error(profile, value, radius) + overflow


def exact(index: tuple[int, ...], a: Array, b: Array) -> Exact:
    one, other = np.broadcast_arrays(a, b)
    return [float(one[index]) * float(other[index])]


EXAMPLES: tuple[Setting, ...] = (
    (((3, 17, 5), (3, 17, 5)), {}),
    (((2, 3, 5, 7), (3, 1, 7)), {}),
    (((7, 1), (3, 1, 19)), {}),
    (((5, 5), (5,)), {}),
)

MUL = Layer(
    "mul",
    (Operand("a", "...", broadcast=True), Operand("b", "...", broadcast=True)),
    *(mul, shape_rule, formula, error, exact),
    output="...",
    examples=EXAMPLES,
    onnx="Mul",
)
