"""The gradient of a fully connected layer's input."""

from collections.abc import Callable

from .evaluate import evaluate
from .gradient import gradient
from .layer import Array, Enclosure
from .linear import LINEAR
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Shape, SpecError
from .sums import blocked_product, product_sum_error


def linear_input_grad(grad: Array, weight: Array) -> Array:
    """dx[n,i] = Σ_o g[n,o]·w[o,i]

    grad (N, O), weight (O, I), float32 → (N, I) float64. Raises SpecError.

    >>> linear_input_grad(np.float32([[2]]), np.float32([[3, 4]])).tolist()
    [[6.0, 8.0]]
    """
    return evaluate(LINEAR_INPUT_GRAD, (grad, weight))


def shape_rule(grad: Shape, weight: Shape) -> Shape:
    if grad[1] != weight[0]:
        raise SpecError(
            f"linear_input_grad: weight has {weight[0]} output features, grad has {grad[1]}"
        )
    return grad[0], weight[1]


def formula(grad: Array, weight: Array) -> Array:
    return blocked_product(grad, weight)


def error(profile: Profile, value: Array, grad: Enclosure, weight: Enclosure) -> Array:
    """K·u·Σ|g||w|, K products that are not zero."""
    return product_sum_error(profile, formula, grad, weight, None, len(weight.value))


def exact(index: tuple[int, ...], grad: Array, weight: Array) -> Exact:
    n, i = index
    products: list[float] = (grad[n] * weight[:, i]).tolist()
    return products


def honest(order: Callable[..., Array], grad: Array, weight: Array) -> Array:
    """float32: one matrix product."""
    return order(grad, weight)


LINEAR_INPUT_GRAD = gradient(
    "linear_input_grad",
    LINEAR,
    "input",
    (linear_input_grad, shape_rule, formula, error, exact),
    (Operand("grad", "N O"), Operand("weight", "O I", role="weight")),
    honest=honest,
    output="N I",
    sums="O",
)
