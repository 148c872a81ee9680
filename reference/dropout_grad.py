"""The gradient of dropout."""

from dataclasses import replace

from .dropout import DROPOUT, mask_rule
from .evaluate import evaluate
from .layer import Array
from .operands import Operand


def dropout_grad(grad: Array, mask: Array, p: float = 0.5) -> Array:
    """dx = g·mask/(1 − p), element by element

    grad of any shape, and the mask that dropout had, of the same: float32 → that shape, float64.
    Raises SpecError. As torch.ops.aten.native_dropout_backward.

    >>> dropout_grad(np.float32([3, 3]), np.float32([0, 1])).tolist()
    [0.0, 6.0]
    """
    return evaluate(DROPOUT_GRAD, (grad, mask), p=p)


DROPOUT_GRAD = replace(
    DROPOUT,
    name="dropout_grad",
    operands=(Operand("grad", "..."), DROPOUT.operands[1]),
    forward=dropout_grad,
    shape_rule=mask_rule("dropout_grad", "grad"),
    gradient=(DROPOUT, "input"),
)
