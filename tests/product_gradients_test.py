"""Gradients of layers that are linear in an operand: the transposed of what the layer does.

On integers both sides of ⟨grad, layer(x)⟩ = ⟨gradient(grad), x⟩ are exact, and they agree for every
x: these are finite differences of any size, without an error of their own.
"""

import math

import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import LAYERS, Layer
from clgold.reference.generator import integers
from clgold.reference.gradient import SUFFIX

Array = np.ndarray
PRODUCTS = ("conv2d", "local2d", "linear", "scale_shift")
LINEAR = [layer for layer in LAYERS if layer.gradient and layer.gradient[0].name in PRODUCTS]


def blank(of: str, grad: tuple[int, ...]) -> dict[str, Array | None]:
    """Zeros for a layer's operands, of shapes that lead to grad's."""
    shapes: dict[str, dict[str, tuple[int, ...]]] = {
        "scale_shift": {"input": grad, "scale": (1,), "shift": (1, *grad[1:])},
        "conv2d": {"input": (grad[0], 1, *grad[2:]), "weight": (grad[1], 1, 1, 1)},
        "linear": {"input": (grad[0], 1), "weight": (grad[-1], 1)},
    }
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.get(of, {}).items()}


def forward(layer: Layer, case: Case, moved: Array) -> Array:
    """The layer itself with `moved` for the operand of which `layer` is the gradient.

    What the gradient does not read plays no part: it is left out, or 0.
    """
    assert layer.gradient is not None
    of, operand = layer.gradient
    known = dict(zip(case.names, case.operands, strict=True))
    grad = known["grad"]
    assert grad is not None
    given = blank(of.name, grad.shape) | known | {operand: moved}
    attributes = {n: v for n, v in case.attributes.items() if not n.endswith(SUFFIX)}
    return of.forward(*(given.get(one.name) for one in of.operands), **attributes)


@pytest.mark.parametrize("layer", LINEAR, ids=lambda layer: layer.name)
@given(data=st.data(), seed=st.integers(0, 9999))
def test_a_gradient_is_the_transposed_of_its_layer(
    layer: Layer, data: st.DataObject, seed: int
) -> None:
    case = data.draw(cases(layer.name, "integers"))
    ours = case.call(layer.forward)
    x = integers(seed, "x", ours.shape, -8, 8).astype(np.float32)
    grad = case.operands[0]
    assert grad is not None
    out = forward(layer, case, x)
    assert math.fsum((grad * out).ravel()) == math.fsum((ours * x).ravel())
