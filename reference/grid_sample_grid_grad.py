"""The gradient of where a sampler reads: how the image changes around every point."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from .evaluate import evaluate
from .gradient import gradient
from .grid_sample import GRID_SAMPLE
from .grid_sample_grid_grad_error import choices, error
from .layer import Array
from .operands import Operand
from .sampling import exact_place, exact_slope, gather, pixel, slope
from .sampling_grad import between
from .spec import Shape, SpecError


def grid_sample_grid_grad(
    grad: Array,
    input: Array,
    grid: Array,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool = False,
) -> Array:
    """dgrid[n,i,j] = Σ_c g[n,c,i,j]·(∂/∂x, ∂/∂y) of the sample of x[n,c] at grid[n,i,j]

    grad (N, C, OH, OW), input (N, C, H, W), grid (N, OH, OW, 2) as grid_sample read it: float32 →
    grid's shape, float64. At a pixel's centre the slope towards larger coordinates counts. 0 where
    the border is repeated, at its pixels' centres too, and for the nearest pixel everywhere. Raises
    SpecError. As torch.ops.aten.grid_sampler_2d_backward.
    """
    return evaluate(
        GRID_SAMPLE_GRID_GRAD,
        (grad, input, grid),
        mode=mode,
        padding_mode=padding_mode,
        align_corners=align_corners,
    )


def shape_rule(grad: Shape, input: Shape, grid: Shape, **attributes: Any) -> Shape:
    try:
        due = GRID_SAMPLE.shape_rule(input, grid, **attributes)
    except SpecError as error:
        raise SpecError(str(error).replace("grid_sample", "grid_sample_grid_grad", 1)) from None
    if grad != due:
        raise SpecError(
            f"grid_sample_grid_grad: grad has shape {grad}, grid_sample of input {input} and grid "
            f"{grid} gives {due}"
        )
    return grid


def formula(
    grad: Array, input: Array, grid: Array, *, mode: str, padding_mode: str, align_corners: bool
) -> Array:
    if mode == "nearest":
        return np.zeros(grid.shape)
    found = np.empty(grid.shape)
    place = [
        pixel(grid[..., 1 - k], input.shape[2 + k], padding_mode, align_corners) for k in (0, 1)
    ]
    top, left = np.floor(place[0]), np.floor(place[1])
    near = np.array([[gather(input, top + i, left + j) for j in (0, 1)] for i in (0, 1)])
    for k, (cell, aside) in enumerate(((near, place[0]), (near.swapaxes(0, 1), place[1]))):
        steepness = slope(grid[..., k], input.shape[3 - k], padding_mode, align_corners)
        found[..., k] = steepness * (grad * between(np.diff(cell, axis=1)[:, 0], aside)).sum(axis=1)
    return found


def exact(
    index: tuple[int, ...],
    grad: Array,
    input: Array,
    grid: Array,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Fraction | None:
    """The same formula in fractions; None where a number that counts is not finite."""
    n, i, j, k = index
    if mode == "nearest":
        return Fraction(0)
    sizes = input.shape[2:]
    given = [float(grid[n, i, j, 1 - axis]) for axis in (0, 1)]
    places = [
        exact_place(coordinate, size, padding_mode, align_corners)
        for coordinate, size in zip(given, sizes, strict=True)
    ]
    own = [place for place in places if place is not None]
    steepness = exact_slope(given[1 - k], sizes[1 - k], padding_mode, align_corners)
    if len(own) < 2 or steepness == 0:
        return Fraction(0)
    first = [math.floor(place) for place in own]
    along, beside = 1 - k, k
    after = own[beside] - first[beside]
    total = Fraction(0)
    for a, b in np.ndindex(2, 2):
        place = [0, 0]
        place[along], place[beside] = first[along] + a, first[beside] + b
        if all(0 <= one < size for one, size in zip(place, sizes, strict=True)):
            weight = (2 * a - 1) * (after if b else 1 - after)
            pixels = input[n, :, place[0], place[1]].tolist()
            for g, x in zip(grad[n, :, i, j].tolist(), pixels, strict=True) if weight else ():
                if not (math.isfinite(g) and math.isfinite(x)):
                    return None
                total += weight * Fraction(g) * Fraction(x)
    return steepness * total


GRID_SAMPLE_GRID_GRAD = gradient(
    "grid_sample_grid_grad",
    GRID_SAMPLE,
    "grid",
    (grid_sample_grid_grad, shape_rule, formula, error, exact),
    (
        Operand("grad", "N C OH OW"),
        Operand("input", "N C H W"),
        Operand("grid", "N OH OW 2", role="coordinate"),
    ),
    choices=choices,
    attributes=GRID_SAMPLE.attributes,
    output="N OH OW 2",
    sums="C 4",
    constant=lambda attributes: bool(attributes["mode"] == "nearest"),
)
