"""What layers that keep their input's shape share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .layer import Array, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape

POINTS: tuple[Setting, ...] = (
    (((3, 17),), {}),
    (((2, 3, 5, 7),), {}),
    (((1,),), {}),
    (((4099,),), {}),
)


def same_shape(input: Shape, *_: Shape | None, **__: Any) -> Shape:
    """The rule of shapes of a layer whose output has its first operand's shape."""
    return input


def element_wise(
    name: str,
    forward: Callable[..., Array],
    formula: Callable[..., Array],
    error: Callable[..., Array],
    exact: Callable[..., Any],
    examples: tuple[Setting, ...] = POINTS,
    **rest: Any,
) -> Layer:
    """A layer of one operand that works element by element."""
    functions = forward, same_shape, formula, error, exact
    rest |= {"per": "element", "in_place": True, "examples": examples}
    return Layer(name, (Operand("input", "..."),), *functions, **rest)


def flush_error(profile: Profile, value: Array, reach: Array | float = 0.0) -> Array:
    """What is lost when a result within `reach` of value is subnormal and flushed to zero.

    OpenCL C permits that. The flushed result is off by |value|, at most reach and this.
    """
    size, tiny = np.abs(value), profile.smallest_normal
    return np.where(size - reach < tiny, np.minimum(size, tiny), 0.0)


def subnormal(profile: Profile, magnitude: Array) -> Array:
    """Where a number may be flushed before it is looked at."""
    return (magnitude > 0) & (magnitude < profile.smallest_normal)
