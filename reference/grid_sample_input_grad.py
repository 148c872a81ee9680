"""The gradient of what a sampler reads: every point gives its gradient to the pixels around it."""

from fractions import Fraction

import numpy as np

from .evaluate import evaluate
from .gradient import gradient, sized, sized_rule
from .grid_sample import GRID_SAMPLE, weighted_sum
from .grid_sample_input_grad_error import choices, error
from .layer import Array
from .operands import Operand
from .sampling import exact_place, pixel
from .sampling_grad import every, scattered, tents
from .spec import Shape


def grid_sample_input_grad(
    grad: Array,
    grid: Array,
    input_size: Shape,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool = False,
) -> Array:
    """dx[n,c,k,l] = Σ g[n,c,i,j]·(the weight of pixel (k, l) in the sample at grid[n,i,j])

    grad (N, C, OH, OW), grid (N, OH, OW, 2), float32, input_size (N, C, H, W) → that, float64. The
    weights are grid_sample's: of the four pixels around a point, or 1 of the nearest. What falls
    outside of the image is dropped. Raises SpecError. As torch.ops.aten.grid_sampler_2d_backward.
    """
    return evaluate(
        GRID_SAMPLE_INPUT_GRAD,
        (grad, grid),
        input_size=input_size,
        mode=mode,
        padding_mode=padding_mode,
        align_corners=align_corners,
    )


def formula(
    grad: Array,
    grid: Array,
    *,
    input_size: Shape,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    rows, down = tents(pixel(grid[..., 1], input_size[2], padding_mode, align_corners), mode)
    columns, across = tents(pixel(grid[..., 0], input_size[3], padding_mode, align_corners), mode)
    return scattered(grad, *every(down, across, rows, columns), input_size)


def exact(
    index: tuple[int, ...],
    grad: Array,
    grid: Array,
    *,
    input_size: Shape,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Fraction | None:
    """The same formula in fractions, over the points near enough; nearest's ties are even."""
    n, c, *own = index
    sizes = input_size[2:]
    near = [
        np.abs(pixel(grid[n, ..., 1 - k], sizes[k], padding_mode, align_corners) - own[k]) < 1.5
        for k in (0, 1)
    ]
    terms = []
    for i, j in np.argwhere(near[0] & near[1]):
        weight = Fraction(1)
        for k in (0, 1):
            place = exact_place(float(grid[n, i, j, 1 - k]), sizes[k], padding_mode, align_corners)
            weight *= 0 if place is None else tent(place, own[k], mode)
        if weight:
            terms.append((weight, float(grad[n, c, i, j])))
    return weighted_sum(terms)


def tent(place: Fraction, own: int, mode: str) -> Fraction:
    """The weight of one pixel at a place."""
    if mode == "nearest":
        return Fraction(round(place) == own)
    return max(1 - abs(place - own), Fraction(0))


GRID_SAMPLE_INPUT_GRAD = gradient(
    "grid_sample_input_grad",
    GRID_SAMPLE,
    "input",
    (
        grid_sample_input_grad,
        sized_rule("grid_sample_input_grad", GRID_SAMPLE, "input", "grid"),
        formula,
        error,
        exact,
    ),
    (Operand("grad", "N C OH OW"), Operand("grid", "N OH OW 2", role="coordinate")),
    choices=choices,
    attributes=sized(GRID_SAMPLE, "input"),
    output="N C H W",
    sums="OH OW",
)
