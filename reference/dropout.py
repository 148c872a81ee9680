"""Dropout: values that a mask leaves out, the others scaled up."""

from fractions import Fraction
from typing import Any

import numpy as np

from .attributes import number
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .pointwise import flush_error, subnormal
from .profile import Profile
from .spec import Shape, SpecError
from .sums import SLACK


def dropout(input: Array, mask: Array, p: float = 0.5) -> Array:
    """y = x·mask/(1 − p), element by element

    input of any shape and mask, 1 where a value is kept and else 0, of the same: float32 → that
    shape, float64. p, the share of what is left out, is at least 0 and less than 1. Behind a mask
    of 0 a NaN or an infinity may come out as NaN or as 0. Raises SpecError. As
    torch.nn.functional.dropout in training, whose mask nobody gives (generator.kept makes one);
    Srivastava et al., JMLR 15, 2014.

    >>> dropout(np.float32([3, 3]), np.float32([0, 1])).tolist()
    [0.0, 6.0]
    """
    return evaluate(DROPOUT, (input, mask), p=p)


def mask_rule(name: str, first: str) -> Any:
    """The rule of shapes: the mask is like the first operand."""

    def shape_rule(input: Shape, mask: Shape, *, p: float) -> Shape:
        if mask != input:
            raise SpecError(f"{name}: mask has shape {mask}, expected that of {first}, {input}")
        return input

    return shape_rule


def formula(input: Array, mask: Array, *, p: float) -> Array:
    return input * mask / (1 - p)


def error(profile: Profile, value: Array, input: Enclosure, mask: Enclosure, *, p: float) -> Array:
    """p's rounding, 1 − p's, a quotient, or a reciprocal and a product, and that with the mask."""
    u, tiny = profile.u, profile.smallest_normal
    off = u * (p / (1 - p) * (float(np.float32(p)) != p) + 3) + profile.ulps(profile.divide)
    size = input.magnitude * mask.magnitude / (1 - p)
    spread = size - np.abs(value)
    bound = off * (1 + 8 * u) * size + spread * SLACK + flush_error(profile, value, spread)
    lost = np.where(subnormal(profile, input.magnitude), size, 0.0)
    kept = (mask.magnitude == 0) | (mask.magnitude == 1)
    lost = lost + np.where(kept, 0.0, tiny * (1 + input.magnitude) / (1 - p))
    return np.where(size * SLACK > profile.largest, np.inf, bound + lost)


def exact(index: tuple[int, ...], input: Array, mask: Array, *, p: float) -> Fraction:
    return Fraction(float(input[index])) * Fraction(float(mask[index])) / (1 - Fraction(p))


def choices(
    profile: Profile, value: Array, input: Enclosure, mask: Enclosure, *, p: float
) -> Array | None:
    """(2, …): what is left out may be 0 times what is no number, or not looked at."""
    if np.isfinite(input.value).all():
        return None
    return np.stack([value, np.where(mask.value == 0, 0.0, value)])


def examples(shape: Shape, **given: float) -> Setting:
    """Twice the shape."""
    return (shape, shape), given


EXAMPLES: tuple[Setting, ...] = (
    examples((3, 17)),
    examples((2, 3, 5, 7), p=0.3),
    examples((4099,), p=0.25),
    examples((1,), p=0.0),
)

DROPOUT = Layer(
    "dropout",
    (Operand("input", "..."), Operand("mask", "...", role="mask")),
    *(dropout, mask_rule("dropout", "input"), formula, error, exact),
    choices=choices,
    attributes={"p": number(0.5, minimum=0.0, below=1.0, others=(0.1, 0.2, 0.25, 0.8))},
    per="element",
    in_place=True,
    examples=EXAMPLES,
)
