"""The gradient of an affine map's parameters by its sampling grid."""

from fractions import Fraction

import numpy as np

from .affine_grid import AFFINE_GRID, base, base_error, exact_base
from .attributes import flag, size
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape, SpecError
from .sums import product_sum_error


def affine_grid_grad(
    grad: Array, size: Shape, align_corners: bool = False, flat: bool = False
) -> Array:
    """dθ[n,k] = Σ_ij g[n,i,j,k]·(x_j, y_i, 1), with affine_grid's base coordinates

    grad (N, H, W, 2) float32, size (N, C, H, W) as affine_grid has it → (N, 2, 3), or (N, 6) where
    it is flat, float64. Raises SpecError. As autograd of torch.nn.functional.affine_grid.

    >>> affine_grid_grad(np.ones((1, 1, 2, 2), np.float32), (1, 1, 1, 2)).tolist()
    [[[0.0, 0.0, 2.0], [0.0, 0.0, 2.0]]]
    """
    return evaluate(AFFINE_GRID_GRAD, (grad,), size=size, align_corners=align_corners, flat=flat)


def shape_rule(grad: Shape, *, size: Shape, align_corners: bool, flat: bool) -> Shape:
    due = size[0], size[2], size[3], 2
    if grad != due:
        raise SpecError(f"affine_grid_grad: grad has shape {grad}, expected {due} for size {size}")
    return (size[0], 6) if flat else (size[0], 2, 3)


def points(size: Shape, align_corners: bool) -> Array:
    """(H, W, 3): (x, y, 1) of every pixel's centre."""
    x, y = base(size[3], align_corners), base(size[2], align_corners)
    return np.stack(np.broadcast_arrays(x, y[:, np.newaxis], 1.0), axis=-1)


def formula(grad: Array, *, size: Shape, align_corners: bool, flat: bool) -> Array:
    found = np.einsum("nijk,ijl->nkl", grad, points(size, align_corners))
    return found.reshape(shape_rule(grad.shape, size=size, align_corners=align_corners, flat=flat))


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    *,
    size: Shape,
    align_corners: bool,
    flat: bool,
) -> Array:
    """That of sums of products with base coordinates, which are off as affine_grid's are."""
    x, y = (base_error(profile, count, align_corners) for count in (size[3], size[2]))
    off = np.stack(np.broadcast_arrays(x, y[:, np.newaxis], 0.0), axis=-1)
    weight = Enclosure(points(size, align_corners), off)

    def contract(g: Array, p: Array) -> Array:
        return np.einsum("nijk,ijl->nkl", g, p).reshape(value.shape)

    return product_sum_error(profile, contract, grad, weight, None, size[2] * size[3])


def exact(
    index: tuple[int, ...], grad: Array, *, size: Shape, align_corners: bool, flat: bool
) -> Fraction:
    n, k, axis = (index[0], index[1] // 3, index[1] % 3) if flat else index
    total = Fraction(0)
    for i, j in np.ndindex(size[2], size[3]):
        place, count = ((j, size[3]), (i, size[2]), (0, 1))[axis]
        factor = Fraction(1) if axis == 2 else exact_base(place, count, align_corners)
        total += Fraction(float(grad[n, i, j, k])) * factor
    return total


EXAMPLES: tuple[Setting, ...] = (
    (((2, 5, 7, 2),), {"size": (2, 1, 5, 7)}),
    (((2, 5, 7, 2),), {"size": (2, 1, 5, 7), "align_corners": True}),
    (((1, 1, 224, 2),), {"size": (1, 3, 1, 224), "align_corners": True, "flat": True}),
)

AFFINE_GRID_GRAD = Layer(
    "affine_grid_grad",
    (Operand("grad", "N H W 2"),),
    *(affine_grid_grad, shape_rule, formula, error, exact),
    attributes={"size": size("N C H W"), "align_corners": flag(False), "flat": flag(False)},
    output="N 2 3",
    sums="H W",
    examples=EXAMPLES,
    gradient=(AFFINE_GRID, "theta"),
)
