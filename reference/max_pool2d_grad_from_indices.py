"""The gradient of two-dimensional max pooling, from the places of the maxima."""

import numpy as np

from .attributes import size
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape, SpecError
from .sums import plain_sum_error


def max_pool2d_grad_from_indices(grad: Array, indices: Array, input_size: Shape) -> Array:
    """dx[n,c,i,j] = Σ g[n,c,k,l] over the windows whose index is i·W + j

    grad and indices (N, C, OH, OW), input_size (N, C, H, W): float32 → that, float64. indices are
    whole numbers, of a plane's pixels row by row; of one that names no pixel nothing comes back.
    Raises SpecError. As torch.ops.aten.max_pool2d_with_indices_backward, whose indices are int64.
    """
    return evaluate(MAX_POOL2D_GRAD_FROM_INDICES, (grad, indices), input_size=input_size)


def shape_rule(grad: Shape, indices: Shape, *, input_size: Shape) -> Shape:
    name = "max_pool2d_grad_from_indices"
    if indices != grad:
        raise SpecError(f"{name}: indices has shape {indices}, expected that of grad, {grad}")
    if input_size[:2] != grad[:2]:
        raise SpecError(
            f"{name}: input_size is {input_size}, expected {grad[:2]} images and channels, as grad"
        )
    return input_size


def handed_back(shares: Array, indices: Array, input_size: Shape) -> Array:
    """Every pixel's sum of the shares whose index names it."""
    n, c, h, w = input_size
    named = (indices >= 0) & (indices < h * w) & (indices == np.floor(indices))
    places = np.where(named, indices, 0).astype(np.int64)
    planes = np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
    output = np.zeros(n * c * h * w)
    np.add.at(output, (planes + places)[named], np.broadcast_to(shares, indices.shape)[named])
    return output.reshape(input_size)


def formula(grad: Array, indices: Array, *, input_size: Shape) -> Array:
    return handed_back(grad, indices, input_size)


def error(
    profile: Profile, value: Array, grad: Enclosure, indices: Enclosure, *, input_size: Shape
) -> Array:
    """That of a sum of the gradients that meet; unknown where an index is not."""
    depth = grad.value.shape[2] * grad.value.shape[3]
    bound = plain_sum_error(
        profile, lambda g: handed_back(g, indices.value, input_size), grad, depth
    )
    return bound if indices.exact else np.full(bound.shape, np.inf)


def exact(index: tuple[int, ...], grad: Array, indices: Array, *, input_size: Shape) -> list[float]:
    """The gradients of the windows that name the pixel."""
    n, c, i, j = index
    found: list[float] = grad[n, c][indices[n, c] == i * input_size[3] + j].tolist()
    return found


def twice(shape: Shape, rows: int, columns: int) -> Setting:
    """A gradient and indices of that shape, for an image of so many rows and columns."""
    return (shape, shape), {"input_size": (*shape[:2], rows, columns)}


EXAMPLES: tuple[Setting, ...] = (
    twice((2, 3, 5, 4), 11, 9),
    twice((1, 5, 3, 7), 3, 7),
    twice((3, 1, 1, 1), 2, 5),
)

MAX_POOL2D_GRAD_FROM_INDICES = Layer(
    "max_pool2d_grad_from_indices",
    (Operand("grad", "N C OH OW"), Operand("indices", "N C OH OW", role="index")),
    *(max_pool2d_grad_from_indices, shape_rule, formula, error, exact),
    attributes={"input_size": size("N C H W")},
    output="N C H W",
    examples=EXAMPLES,
)
