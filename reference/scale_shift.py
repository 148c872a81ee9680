"""One factor for all, one offset for each unit."""

from fractions import Fraction

from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape, SpecError
from .sums import product_sum_error


def scale_shift(input: Array, scale: Array, shift: Array) -> Array:
    """y[n,…] = scale·x[n,…] + shift[…]

    input (N, …), scale (1,), shift (1, …) with the input's other axes: float32 → input's shape,
    float64. Raises SpecError. The gain and the per-unit bias of a locally-connected layer
    (filterA); torch has no such function.

    >>> scale_shift(np.float32([[1, 2]]), np.float32([3]), np.float32([[10, 20]])).tolist()
    [[13.0, 26.0]]
    """
    return evaluate(SCALE_SHIFT, (input, scale, shift))


def shape_rule(input: Shape, scale: Shape, shift: Shape) -> Shape:
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
    return product_sum_error(profile, lambda x, a: a * x, input, scale, shift.value, 1)


def exact(index: tuple[int, ...], input: Array, scale: Array, shift: Array) -> Fraction:
    x, a, b = (Fraction(float(v)) for v in (input[index], scale[0], shift[(0, *index[1:])]))
    return a * x + b


EXAMPLES: tuple[Setting, ...] = (
    (((2, 3, 5), (1,), (1, 3, 5)), {}),
    (((3, 17), (1,), (1, 17)), {}),
)

SCALE_SHIFT = Layer(
    "scale_shift",
    (
        Operand("input", "N U ..."),
        Operand("scale", "1", role="weight", values="gain"),
        Operand("shift", "1 U ...", role="weight", values="offset"),
    ),
    *(scale_shift, shape_rule, formula, error, exact),
    per="element",
    sums="1",
    in_place=True,
    examples=EXAMPLES,
    onnx="Mul+Add",
)
