"""Fully connected layer."""

import numpy as np

from .layer import Array, Enclosure, Layer, evaluate
from .pointwise import no_attributes
from .profile import Profile
from .rounding import Exact
from .spec import Shape, SpecError, axes, vector
from .sums import blocked_product, cauchy_schwarz_error, product_sum_error, roundings


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
    return blocked_product(input, weight.T)


def formula(input: Array, weight: Array, bias: Array | None) -> Array:
    output = products(input, weight)
    return output if bias is None else output + bias


def error(
    profile: Profile, value: Array, input: Enclosure, weight: Enclosure, bias: Enclosure | None
) -> Array:
    """γ_K·(Σ|x||w| + |b|), K products that are not zero, one more for a bias."""
    offset = None if bias is None else bias.value
    return product_sum_error(profile, products, input, weight, offset)


def exact(index: tuple[int, ...], input: Array, weight: Array, bias: Array | None) -> Exact:
    n, o = index
    terms = (input[n] * weight[o]).tolist()
    return terms if bias is None else [*terms, float(bias[o])]


def own_error(
    profile: Profile, value: Array, input: Enclosure, weight: Enclosure, bias: Enclosure | None
) -> Array:
    """As `error`, with Σ|x||w| ≤ ‖x‖·‖w‖ (Cauchy, Schwarz)."""
    size = np.outer(*(np.sqrt((a * a).sum(axis=1)) for a in (input.value, weight.value)))
    offset = None if bias is None else bias.value
    count = roundings(input.value.shape[1]) + 1
    return cauchy_schwarz_error(profile, size, count, input.value, weight.value, offset)


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
    own_error=own_error,
    exact=exact,
)
