"""What the gradients of layers on single values share: two operands of one shape, and the kink."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .grid import grid_step, lowest
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape, SpecError

PAIRS: tuple[Setting, ...] = ((((3, 17), (3, 17)), {}), (((2, 3, 5, 7), (2, 3, 5, 7)), {}))


def pairs(*given: dict[str, Any]) -> tuple[Setting, ...]:
    """The shapes of PAIRS, each with these attributes."""
    return tuple((shapes, attributes) for shapes, _ in PAIRS for attributes in given)


def gradient(
    name: str,
    of: Layer,
    forward: Callable[..., Array],
    formula: Callable[..., Array],
    error: Callable[..., Array],
    exact: Callable[..., Any],
    saved: str = "input",
    examples: tuple[Setting, ...] = PAIRS,
    check: Callable[..., None] = lambda **_: None,
    **rest: Any,
) -> Layer:
    """The gradient of `of`: of `grad` and of what that saved, of one shape, element by element.

    check(**attributes) refuses those that do not fit together.
    """

    def shape_rule(grad: Shape, other: Shape, **attributes: Any) -> Shape:
        if grad != other:
            raise SpecError(f"{name}: {saved} has shape {other}, expected that of grad, {grad}")
        check(**attributes)
        return grad

    operands = Operand("grad", "..."), Operand(saved, "...")
    functions = forward, shape_rule, formula, error, exact
    rest |= {"per": "element", "in_place": True, "examples": examples}
    rest |= {"gradient": (of, of.operands[0].name)}
    return Layer(name, operands, *functions, **rest)


def passed_on(grad: Enclosure, factor: Array, off: Array) -> Array:
    """How far grad·factor moves when grad does within its bound, and the factor by `off`."""
    return grad.radius * np.abs(factor) + np.where(off > 0, grad.magnitude * off, 0.0)


def off_nearby(
    profile: Profile, input: Enclosure, factor: Callable[[Array], Array], at: Array
) -> Array:
    """How far factor(x′) may be from factor(x), `at`, for every x′ that a kernel may see.

    That is within x's bound, a subnormal number being 0. The factor is monotonic on both sides of
    0: its range is that of the ends, of 0 and of what is just above.
    """
    tiny = profile.smallest_normal
    low, high = input.value - input.radius, input.value + input.radius
    both = (low <= 0) & (high > 0)
    seen = [
        *(np.where(np.abs(end) < tiny, 0.0, end) for end in (low, high)),
        *(low, high, np.where(both, 0.0, low), np.where(both, high * 0.0 + tiny * tiny, high)),
    ]
    return np.max([np.abs(factor(x) - at) for x in seen], axis=0)


def either_side(input: Enclosure, value: Array, *sides: Array) -> Array | None:
    """(k, …): a NaN is on neither side of 0, so that what is due on any side is admitted there."""
    unknown = np.isnan(input.value)
    return np.stack([np.where(unknown, side, value) for side in sides]) if unknown.any() else None


def zero_where_exact(
    profile: Profile, bound: Array, magnitude: Array, grad: Enclosure, saved: Enclosure
) -> Array:
    """`bound`, and 0 where neither g·y, g·y² nor a sum of g and these can round or be flushed."""
    if not (grad.exact and saved.exact):
        return bound
    one = grid_step(saved.value)
    step = grid_step(grad.value) * min(1.0, one, one * one)
    least = min(lowest(np.abs(values)) for values in (grad.value, saved.value))
    if min(step, least) < profile.smallest_normal:
        return bound
    return np.where(magnitude * profile.u < step, 0.0, bound)
