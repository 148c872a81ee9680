"""The gradient of a locally-connected layer's weight."""

from collections.abc import Callable

import numpy as np

from .evaluate import evaluate
from .gradient import gradient, sized, sized_rule
from .layer import Array, Enclosure
from .local2d import LOCAL2D
from .operands import Operand
from .profile import Profile
from .rounding import Exact
from .spec import Pair, Shape
from .sums import blocked_product, product_sum_error
from .windows import windows


def local2d_weight_grad(grad: Array, input: Array, weight_size: Shape, stride: int | Pair) -> Array:
    """dw[m,t,q,c,k,l,s,r] = Σ_n x[n, c, s·stride+k, r·stride+l]·g[n, m, TY·s+t, TX·r+q]

    grad (N, M, TY·SY, TX·SX), input (N, C, H, W), float32, weight_size
    (M, TY, TX, C, KY, KX, SY, SX) → that, float64. Raises SpecError. As
    torch.nn.grad.conv2d_weight, site by site: nothing but the batch is summed over.

    >>> local2d_weight_grad(np.ones((1, 1, 1, 1), np.float32),
    ...     np.ones((1, 1, 1, 1), np.float32), (1, 1, 1, 1, 1, 1, 1, 1), stride=1).tolist()
    [[[[[[[[1.0]]]]]]]]
    """
    return evaluate(LOCAL2D_WEIGHT_GRAD, (grad, input), weight_size=weight_size, stride=stride)


def sites(grad: Array, input: Array, weight_size: Shape, stride: Pair) -> tuple[Array, Array]:
    """The outputs' gradients (SY, SX, M·TY·TX, N) and the windows (SY, SX, N, C·KY·KX)."""
    m, ty, tx, _, ky, kx, sy, sx = weight_size
    tiles = grad.reshape(-1, m, sy, ty, sx, tx).transpose(2, 4, 1, 3, 5, 0)
    cut = windows(input, (ky, kx), stride, (1, 1), (sy, sx))  # (N, C, SY, SX, KY, KX)
    return tiles.reshape(sy, sx, m * ty * tx, -1), cut.transpose(2, 3, 0, 1, 4, 5)


def formula(grad: Array, input: Array, *, weight_size: Shape, stride: Pair) -> Array:
    """A row of sites at a time, each a product of its outputs' gradients and its windows."""
    m, ty, tx, c, ky, kx, sy, sx = weight_size
    output = np.empty(weight_size)
    tiles, cut = sites(grad, input, weight_size, stride)
    for s in range(sy):
        found = blocked_product(tiles[s], cut[s].reshape(sx, len(input), -1))
        output[..., s, :] = found.reshape(sx, m, ty, tx, c, ky, kx).transpose(1, 2, 3, 4, 5, 6, 0)
    return output


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    *,
    weight_size: Shape,
    stride: Pair,
) -> Array:
    """K·u·Σ|x||g|, K products that are not zero, at most one for each image."""

    def contract(g: Array, x: Array) -> Array:
        return formula(g, x, weight_size=weight_size, stride=stride)

    return product_sum_error(profile, contract, grad, input, None, len(input.value))


def exact(
    index: tuple[int, ...], grad: Array, input: Array, *, weight_size: Shape, stride: Pair
) -> Exact:
    """One element: its products, one for each image, exact in float64."""
    m, t, q, c, *tap, s, r = index
    outputs = grad[:, m, s * weight_size[1] + t, r * weight_size[2] + q]
    pixels = input[:, c, s * stride[0] + tap[0], r * stride[1] + tap[1]]
    products: list[float] = (outputs * pixels).tolist()
    return products


def honest(
    order: Callable[..., Array], grad: Array, input: Array, *, weight_size: Shape, stride: Pair
) -> Array:
    """float32: at each site a matrix product over the images."""
    m, ty, tx, c, ky, kx, sy, sx = weight_size
    tiles, cut = sites(grad, input, weight_size, stride)
    found = order(tiles, np.ascontiguousarray(cut).reshape(sy, sx, len(input), -1))
    shaped = found.reshape(sy, sx, m, ty, tx, c, ky, kx)
    return np.ascontiguousarray(shaped.transpose(2, 3, 4, 5, 6, 7, 0, 1))


LOCAL2D_WEIGHT_GRAD = gradient(
    "local2d_weight_grad",
    LOCAL2D,
    "weight",
    (
        local2d_weight_grad,
        sized_rule("local2d_weight_grad", LOCAL2D, "weight", "input"),
        formula,
        error,
        exact,
    ),
    (Operand("grad", "N M OH OW"), Operand("input", "N C H W")),
    honest=honest,
    attributes=sized(LOCAL2D, "weight"),
    output="M TY TX C KY KX SY SX",
    sums="N",
)
