"""The gradient of scale_shift's input."""

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array
from .mul import MUL
from .operands import Operand
from .pointwise import same_shape
from .scale_shift import SCALE_SHIFT


def scale_shift_input_grad(grad: Array, scale: Array) -> Array:
    """dx[n,…] = a·g[n,…]

    grad (N, …), scale (1,), float32 → grad's shape, float64. Raises SpecError.

    >>> scale_shift_input_grad(np.float32([[1, 2]]), np.float32([3])).tolist()
    [[3.0, 6.0]]
    """
    return evaluate(SCALE_SHIFT_INPUT_GRAD, (grad, scale))


SCALE_SHIFT_INPUT_GRAD = gradient(
    "scale_shift_input_grad",
    SCALE_SHIFT,
    "input",
    (scale_shift_input_grad, same_shape, MUL.formula, MUL.error, MUL.exact),
    (Operand("grad", "N U ..."), Operand("scale", "1", role="weight", values="gain")),
    per="element",
    in_place=True,
)
