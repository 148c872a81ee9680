"""Fully connected layer."""

import numpy as np

from .layer import Array, Enclosure, Layer, evaluate
from .pointwise import no_attributes
from .profile import Profile
from .spec import Shape, SpecError, axes, vector
from .sums import product_sum_error


def linear(input: Array, weight: Array, bias: Array | None = None) -> Array:
    """y[n,o] = Σ_i x[n,i]·w[o,i] + b[o]

    input (N, I), weight (O, I), bias (O,): float32 → (N, O) float64. Raises SpecError.
    As torch.nn.functional.linear, which also takes other numbers of leading axes.
    """
    return evaluate(LINEAR, (input, weight, bias), {})


def shape_rule(input: Shape, weight: Shape, bias: Shape | None) -> Shape:
    axes("linear", "input", input, "N I")
    axes("linear", "weight", weight, "O I")
    if weight[1] != input[1]:
        raise SpecError(
            f"linear: weight has {weight[1]} input features, input has {input[1]} "
            f"(weight is (out, in), here {weight})"
        )
    vector("linear", "bias", bias, weight[0], "output feature")
    return input[0], weight[0]


def products(input: Array, weight: Array) -> Array:
    return np.matmul(input, weight.T)


def formula(input: Array, weight: Array, bias: Array | None) -> Array:
    output = products(input, weight)
    return output if bias is None else output + bias


def error(
    profile: Profile, value: Array, input: Enclosure, weight: Enclosure, bias: Enclosure | None
) -> Array:
    """γ_K·(Σ|x||w| + |b|), K products that are not zero, one more for a bias."""
    offset = None if bias is None else bias.value
    return product_sum_error(profile, products, input, weight, offset)


LINEAR = Layer(
    name="linear",
    operands=("input", "weight", "bias"),
    weights=("weight", "bias"),
    optional=("bias",),
    forward=linear,
    attributes=no_attributes("linear"),
    shape_rule=shape_rule,
    formula=formula,
    error=error,
)
