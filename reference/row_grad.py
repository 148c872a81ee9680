"""What the gradients of softmax and log_softmax share: two operands of one shape, and rows."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .attributes import axis
from .layer import Array, Layer
from .operands import Operand, Setting
from .softmax import ROWS
from .spec import Shape, SpecError

EXAMPLES: tuple[Setting, ...] = tuple(((shape, shape), given) for (shape,), given in ROWS)


def row_gradient(
    name: str,
    of: Layer,
    forward: Callable[..., Array],
    formula: Callable[..., Array],
    error: Callable[..., Array],
    exact: Callable[..., Any],
) -> Layer:
    """The gradient of `of`: of `grad` and of what that gave, both of one shape, along `dim`."""

    def shape_rule(grad: Shape, result: Shape, *, dim: int) -> Shape:
        if grad != result:
            raise SpecError(f"{name}: result has shape {result}, expected that of grad, {grad}")
        return grad

    return Layer(
        name,
        (Operand("grad", "..."), Operand("result", "...")),
        *(forward, shape_rule, formula, error, exact),
        attributes={"dim": axis()},
        examples=EXAMPLES,
        gradient=(of, "input"),
    )


def line(values: Array, index: tuple[int, ...], dim: int) -> list[float]:
    """The values along `dim` through the place `index`."""
    elsewhere: tuple[int, ...] = index[:dim] + index[dim + 1 :]
    found: list[float] = np.moveaxis(values, dim, -1)[elsewhere].tolist()
    return found
