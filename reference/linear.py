"""Fully connected layer."""

from collections.abc import Callable

import numpy as np

from .enclosed_product import enclosed_product
from .evaluate import evaluate
from .grid import exact_below
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import BINARY64, Profile
from .rounded_product import rounded_product
from .rounding import Exact
from .spec import Shape, SpecError
from .sums import blocked_product, product_sum_error, sums_of

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
    """K·u·(Σ|x||w| + |b|), K products that are not zero, one more for a bias."""
    offset = None if bias is None else bias.value
    depth = weight.value.shape[1]
    return product_sum_error(profile, products, input, weight, offset, depth)


def together(profile: Profile, input: Array, weight: Array, bias: Array | None) -> Enclosure:
    """Value and bound (N, O), part by part."""
    sums = sums_of(profile, input, weight, bias, weight.shape[1])
    counts = (input != 0).sum(axis=1, dtype=np.float64)
    bound: Array = np.empty((len(input), len(weight)))

    def product(part: slice, rows: Array, columns: Array) -> Array:
        offset = None if bias is None else bias[part].astype(np.float64)
        sizes = np.abs(rows)
        present = counts[np.newaxis] if sizes.min() > 0 else None
        found = enclosed_product(sums, (rows, sizes), columns.copy(), offset, present)
        bound[:, part] = found.radius.T
        return found.value

    return Enclosure(assemble(input, weight, np.float64, product), bound)


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
    together=together,
    output="N O",
    sums="I",
    examples=EXAMPLES,
    onnx="Gemm",
)
