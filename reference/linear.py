"""Fully connected layer."""

from collections.abc import Callable

import numpy as np

from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import BINARY64, Profile
from .rounded_product import rounded_product
from .rounding import Exact
from .spec import Shape, SpecError
from .sums import blocked_product, exact_below, product_sum_error

NUMBERS = 2**20  # of the weights at a time, widened to float64


def linear(input: Array, weight: Array, bias: Array | None = None) -> Array:
    """y[n,o] = Σ_i x[n,i]·w[o,i] + b[o]

    input (N, I), weight (O, I), bias (O,): float32 → (N, O) float64. Raises SpecError.
    As torch.nn.functional.linear, which also takes other numbers of leading axes.

    >>> linear(np.float32([[1, 2]]), np.float32([[3, 4]]), np.float32([5])).tolist()
    [[16.0]]
    """
    return evaluate(LINEAR, (input, weight, bias))


def shape_rule(input: Shape, weight: Shape, bias: Shape | None) -> Shape:
    if weight[1] != input[1]:
        raise SpecError(
            f"linear: weight has {weight[1]} input features, input has {input[1]} "
            f"(weight is (out, in), here {weight})"
        )
    return input[0], weight[0]


def products(input: Array, weight: Array) -> Array:
    """(N, O) float64: the sums of products."""
    return assemble(input, weight, np.float64, lambda _, *ab: blocked_product(*ab))


def assemble(
    input: Array, weight: Array, dtype: type, product: Callable[[slice, Array, Array], Array]
) -> Array:
    """The output (N, O), part by part: product(features, rows (L, I), columns (I, N)), float64.

    A float64 copy of all weights would be larger than everything else together.
    """
    columns = input.astype(np.float64, copy=False).T
    output: Array = np.empty((input.shape[0], weight.shape[0]), dtype)
    step = max(1, NUMBERS // max(columns.shape))
    for start in range(0, weight.shape[0], step):
        part = slice(start, start + step)
        output[:, part] = product(part, weight[part].astype(np.float64, copy=False), columns).T
    return output


def formula(input: Array, weight: Array, bias: Array | None) -> Array:
    output = products(input, weight)
    if bias is not None:
        output += bias
    return output


def error(
    profile: Profile, value: Array, input: Enclosure, weight: Enclosure, bias: Enclosure | None
) -> Array:
    """K·u·(Σ|x||w| + |b|), K products that are not zero, one more for a bias; part by part."""
    bound = np.empty(value.shape)
    step = max(1, NUMBERS // max(input.value.shape))
    for start in range(0, len(weight.value), step):
        part = slice(start, start + step)
        own = Enclosure(weight.value[part], None if weight.bound is None else weight.bound[part])
        offset = None if bias is None else bias.value[part]
        bound[:, part] = product_sum_error(
            *(profile, products, input, own, offset), depth=weight.value.shape[1]
        )
    return bound


def exact(index: tuple[int, ...], input: Array, weight: Array, bias: Array | None) -> Exact:
    n, o = index
    terms = (input[n] * weight[o]).tolist()
    return terms if bias is None else [*terms, float(bias[o])]


def rounded(input: Array, weight: Array, bias: Array | None) -> Array:
    """The correctly rounded float32 (N, O), part by part."""
    images = np.sqrt(np.einsum("ni,ni->n", input, input, dtype=np.float64))
    below = exact_below(BINARY64, input, weight, bias)

    def product(part: slice, rows: Array, columns: Array) -> Array:
        offset = None if bias is None else bias[part].astype(np.float64)
        lengths = np.sqrt(np.einsum("oi,oi->o", rows, rows)), images
        return rounded_product(rows, columns, offset, lengths, below)

    return assemble(input, weight, np.float32, product)


def honest(order: Callable[..., Array], input: Array, weight: Array, bias: Array | None) -> Array:
    """float32 linear layer, a matrix product with the bias as its last row."""
    if bias is None:
        return order(input, weight.T)
    ones = np.ones_like(input[:, :1])
    return order(
        np.concatenate([input, ones], axis=1), np.concatenate([weight.T, bias[np.newaxis]])
    )


EXAMPLES: tuple[Setting, ...] = (
    (((3, 67), (5, 67), (5,)), {}),
    (((1, 1), (7, 1), None), {}),
    (((2, 1031), (33, 1031), (33,)), {}),
)

LINEAR = Layer(
    "linear",
    (
        Operand("input", "N I"),
        Operand("weight", "O I", role="weight"),
        Operand("bias", "O", role="weight", values="offset", optional=True),
    ),
    *(linear, shape_rule, formula, error, exact),
    honest=honest,
    rounded=rounded,
    output="N O",
    sums="I",
    examples=EXAMPLES,
    onnx="Gemm",
)
