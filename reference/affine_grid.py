"""The sampling grid of an affine map."""

from fractions import Fraction

import numpy as np

from .attributes import flag, size
from .evaluate import evaluate
from .layer import Array, Enclosure, Layer
from .operands import Operand, Setting
from .profile import Profile
from .spec import Shape, SpecError


def affine_grid(theta: Array, size: Shape, align_corners: bool = False) -> Array:
    """grid[n,i,j] = θ[n]·(x_j, y_i, 1): where output pixel (i, j) reads, as (x, y) in [−1, 1].

    theta (N, 2, 3), or (N, 6) as a linear layer leaves it; size (N, C, H, W) of the output:
    float32 → (N, H, W, 2) float64. x_j = (2j + 1)/W − 1, so that ±1 are the image's edges; with
    align_corners 2j/(W − 1) − 1, so that they are the outer pixels' centres (0 when W = 1).
    Raises SpecError. As torch.nn.functional.affine_grid, which takes (N, 2, 3) only; Jaderberg et
    al., "Spatial Transformer Networks", equation 1.

    >>> affine_grid(np.float32([[[1, 0, 0], [0, 1, 0]]]), (1, 1, 1, 2)).tolist()
    [[[[-0.5, 0.0], [0.5, 0.0]]]]
    """
    return evaluate(AFFINE_GRID, (theta,), size=size, align_corners=align_corners)


def shape_rule(theta: Shape, *, size: Shape, align_corners: bool) -> Shape:
    if theta[1:] not in ((2, 3), (6,)):
        raise SpecError(f"affine_grid: theta has shape {theta}, expected (N, 2, 3) or (N, 6)")
    if theta[0] != size[0]:
        raise SpecError(f"affine_grid: theta has batch {theta[0]}, size has {size[0]}")
    return size[0], size[2], size[3], 2


def base(count: int, align_corners: bool) -> Array:
    """(count,): the pixels' centres along one axis, in [−1, 1]."""
    index = np.arange(count, dtype=np.float64)
    if not align_corners:
        return (2 * index + 1) / count - 1
    return 2 * index / (count - 1) - 1 if count > 1 else np.zeros(1)


def formula(theta: Array, *, size: Shape, align_corners: bool) -> Array:
    n, _, h, w = size
    x = base(w, align_corners)[np.newaxis, np.newaxis, :, np.newaxis]
    y = base(h, align_corners)[np.newaxis, :, np.newaxis, np.newaxis]
    rows = theta.reshape(n, 1, 1, 2, 3)
    return rows[..., 0] * x + rows[..., 1] * y + rows[..., 2]


def base_error(profile: Profile, count: int, align_corners: bool) -> Array:
    """(count,): a division, a product and a subtraction, in whichever order (2 ≥ 2i/count)."""
    if align_corners and count == 1:
        return np.zeros(1)
    centre = np.abs(base(count, align_corners))
    quotient = profile.ulps(profile.divide)
    return (quotient + 2 * profile.u) * (2 + centre) + profile.u * centre


def error(
    profile: Profile, value: Array, theta: Enclosure, *, size: Shape, align_corners: bool
) -> Array:
    """γ₃ of the three terms, θ times the base coordinates' error, and θ's own error."""
    n, _, h, w = size
    rows = theta.magnitude.reshape(n, 1, 1, 2, 3)
    radius = theta.radius.reshape(n, 1, 1, 2, 3)
    x = np.abs(base(w, align_corners))[np.newaxis, np.newaxis, :, np.newaxis]
    y = np.abs(base(h, align_corners))[np.newaxis, :, np.newaxis, np.newaxis]
    off_x = base_error(profile, w, align_corners)[np.newaxis, np.newaxis, :, np.newaxis]
    off_y = base_error(profile, h, align_corners)[np.newaxis, :, np.newaxis, np.newaxis]
    magnitude = rows[..., 0] * (x + off_x) + rows[..., 1] * (y + off_y) + rows[..., 2]
    moved = rows[..., 0] * off_x + rows[..., 1] * off_y
    passed_on = radius[..., 0] * x + radius[..., 1] * y + radius[..., 2]
    tiny = profile.smallest_normal * (4 + rows[..., 0] + rows[..., 1])
    bound = (profile.gamma(3) * magnitude + moved) * (1 + 8 * profile.u) + passed_on + tiny
    return np.where(magnitude * (1 + profile.gamma(3)) > profile.largest, np.inf, bound)


def exact(index: tuple[int, ...], theta: Array, *, size: Shape, align_corners: bool) -> Fraction:
    n, i, j, axis = index
    x, y = (exact_base(k, count, align_corners) for k, count in ((j, size[3]), (i, size[2])))
    a, b, c = (Fraction(t) for t in theta.reshape(-1, 2, 3)[n, axis].tolist())
    return a * x + b * y + c


def exact_base(index: int, count: int, align_corners: bool) -> Fraction:
    """The pixel's centre as a fraction."""
    if not align_corners:
        return Fraction(2 * index + 1, count) - 1
    return Fraction(2 * index, count - 1) - 1 if count > 1 else Fraction(0)


EXAMPLES: tuple[Setting, ...] = (
    (((2, 2, 3),), {"size": (2, 1, 5, 7), "align_corners": False}),
    (((2, 2, 3),), {"size": (2, 1, 5, 7), "align_corners": True}),
    (((1, 6),), {"size": (1, 3, 1, 224), "align_corners": True}),
)

AFFINE_GRID = Layer(
    "affine_grid",
    (Operand("theta", ("N 2 3", "N 6"), role="coordinate", values="map"),),
    *(affine_grid, shape_rule, formula, error, exact),
    attributes={"size": size("N C H W"), "align_corners": flag(False)},
    output="N H W 2",
    sums="3",
    examples=EXAMPLES,
    onnx="AffineGrid",
    result="grid",
)
