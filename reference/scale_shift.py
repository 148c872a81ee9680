"""One factor for all, one offset for each unit."""

from fractions import Fraction

from .layer import Array, Enclosure, Layer, evaluate
from .pointwise import no_attributes
from .profile import Profile
from .spec import Shape, SpecError
from .sums import product_sum_error


def scale_shift(input: Array, scale: Array, shift: Array) -> Array:
    """y[n,…] = scale·x[n,…] + shift[…]

    input (N, …), scale (1,), shift (1, …) with the input's other axes: float32 → input's shape,
    float64. Raises SpecError. The gain and the per-unit bias of a locally-connected layer
    (filterA); torch has no such function.
    """
    return evaluate(SCALE_SHIFT, (input, scale, shift), {})


def shape_rule(input: Shape, scale: Shape, shift: Shape) -> Shape:
    if len(input) < 2 or 0 in input:
        raise SpecError(
            f"scale_shift: input has shape {input}, expected (N, …), every axis at least 1 long"
        )
    if scale != (1,):
        raise SpecError(f"scale_shift: scale has shape {scale}, expected (1,)")
    if shift != (1, *input[1:]):
        raise SpecError(
            f"scale_shift: shift has shape {shift}, expected {(1, *input[1:])}, one value per unit"
        )
    return input


def formula(input: Array, scale: Array, shift: Array) -> Array:
    return scale * input + shift


def error(
    profile: Profile, value: Array, input: Enclosure, scale: Enclosure, shift: Enclosure
) -> Array:
    """That of a sum of one product and a bias."""
    return product_sum_error(profile, lambda x, a: a * x, input, scale, shift.value)


def exact(index: tuple[int, ...], input: Array, scale: Array, shift: Array) -> Fraction:
    x, a, b = (Fraction(float(v)) for v in (input[index], scale[0], shift[(0, *index[1:])]))
    return a * x + b


SCALE_SHIFT = Layer(
    name="scale_shift",
    operands=("input", "scale", "shift"),
    weights=("scale", "shift"),
    forward=scale_shift,
    attributes=no_attributes("scale_shift"),
    shape_rule=shape_rule,
    formula=formula,
    error=error,
    exact=exact,
)
