"""The gradient of a locally-connected layer's input."""

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


def local2d_input_grad(grad: Array, weight: Array, input_size: Shape, stride: int | Pair) -> Array:
    """dx[n,c,i,j] = Σ_srmtq g[n, m, TY·s+t, TX·r+q]·w[m,t,q,c,i−s·stride,j−r·stride,s,r]

    grad (N, M, TY·SY, TX·SX), weight (M, TY, TX, C, KY, KX, SY, SX), float32, input_size
    (N, C, H, W) → that, float64. The sum runs over the sites whose window holds the pixel; pixels
    that no site reads have 0. Raises SpecError. As torch.nn.grad.conv2d_input, site by site.

    >>> local2d_input_grad(np.ones((1, 1, 1, 1), np.float32),
    ...     np.ones((1, 1, 1, 1, 2, 2, 1, 1), np.float32), (1, 1, 2, 2), stride=1).tolist()
    [[[[1.0, 1.0], [1.0, 1.0]]]]
    """
    return evaluate(LOCAL2D_INPUT_GRAD, (grad, weight), input_size=input_size, stride=stride)


def sites(grad: Array, weight: Array) -> tuple[Array, Array]:
    """The outputs' gradients (SY, SX, M·TY·TX, N) and filters (SY, SX, C·KY·KX, M·TY·TX)."""
    m, ty, tx, c, ky, kx, sy, sx = weight.shape
    tiles = grad.reshape(-1, m, sy, ty, sx, tx).transpose(2, 4, 1, 3, 5, 0)
    filters = weight.transpose(6, 7, 3, 4, 5, 0, 1, 2)
    return tiles.reshape(sy, sx, m * ty * tx, -1), filters.reshape(sy, sx, c * ky * kx, -1)


def formula(grad: Array, weight: Array, *, input_size: Shape, stride: Pair) -> Array:
    """Site by site its pixels' shares, which are added where windows overlap."""
    _, _, _, c, ky, kx, sy, sx = weight.shape
    output = np.zeros(input_size)
    tiles, filters = sites(grad, weight)
    for s in range(sy):
        shares = blocked_product(filters[s], tiles[s]).reshape(sx, c, ky, kx, -1)
        for r in range(sx):
            top, left = s * stride[0], r * stride[1]
            window = output[:, :, top : top + ky, left : left + kx]
            window += shares[r].transpose(3, 0, 1, 2)
    return output


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    weight: Enclosure,
    *,
    input_size: Shape,
    stride: Pair,
) -> Array:
    """K·u·Σ|g||w|, K products that are not zero; fewer at corners, none where no site reads."""

    def contract(g: Array, w: Array) -> Array:
        return formula(g, w, input_size=input_size, stride=stride)

    m, ty, tx, _, *taps = weight.value.shape
    places = -(-taps[0] // stride[0]) * -(-taps[1] // stride[1])
    return product_sum_error(profile, contract, grad, weight, None, m * ty * tx * places)


def reading(i: int, taps: int, step: int, count: int) -> range:
    """The sites along an axis whose window holds pixel i."""
    first = max(0, -(-(i - taps + 1) // step))
    return range(first, min(count, i // step + 1))


def exact(
    index: tuple[int, ...], grad: Array, weight: Array, *, input_size: Shape, stride: Pair
) -> Exact:
    """One element: its products, which are exact in float64."""
    n, c, i, j = index
    _, ty, tx, _, ky, kx, sy, sx = weight.shape
    products: list[float] = []
    for s in reading(i, ky, stride[0], sy):
        for r in reading(j, kx, stride[1], sx):
            tile = grad[n, :, s * ty : (s + 1) * ty, r * tx : (r + 1) * tx]
            taps = weight[:, :, :, c, i - s * stride[0], j - r * stride[1], s, r]
            products += (tile * taps).ravel().tolist()
    return products


def honest(
    order: Callable[..., Array], grad: Array, weight: Array, *, input_size: Shape, stride: Pair
) -> Array:
    """float32: at each site a matrix product, whose results are added one site after another."""
    _, _, _, c, ky, kx, sy, sx = weight.shape
    output = np.zeros(input_size, np.float32)
    tiles, filters = sites(grad, weight)
    shares = order(filters, tiles).reshape(sy, sx, c, ky, kx, -1)
    for s, r in np.ndindex(sy, sx):
        top, left = s * stride[0], r * stride[1]
        output[:, :, top : top + ky, left : left + kx] += shares[s, r].transpose(3, 0, 1, 2)
    return output


LOCAL2D_INPUT_GRAD = gradient(
    "local2d_input_grad",
    LOCAL2D,
    "input",
    (
        local2d_input_grad,
        sized_rule("local2d_input_grad", LOCAL2D, "input", "weight"),
        formula,
        error,
        exact,
    ),
    (
        Operand("grad", "N M OH OW"),
        Operand("weight", "M TY TX C KY KX SY SX", role="weight"),
    ),
    honest=honest,
    attributes=sized(LOCAL2D, "input"),
    output="N C H W",
    sums="M TY TX KY KX",
)
