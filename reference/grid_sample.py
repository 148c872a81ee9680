"""Sampling an image at the points of a grid."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from .attributes import choice, flag
from .evaluate import evaluate
from .layer import Array, Layer
from .operands import Operand, Setting
from .rounding import INFINITE
from .sampling import blend, exact_place, gather, pixel
from .sampling_error import choices, error
from .spec import Shape, SpecError

MODES = ("bilinear", "nearest")
PADDING_MODES = ("zeros", "border", "reflection")


def grid_sample(
    input: Array,
    grid: Array,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool = False,
) -> Array:
    """y[n,c,i,j] = x[n,c] at grid[n,i,j] = (x, y): −1 … 1 from left to right, top to bottom.

    input (N, C, H, W), grid (N, OH, OW, 2): float32 → (N, C, OH, OW) float64. ±1 are the image's
    edges, or with align_corners the outer pixels' centres. Between pixels: bilinear, or the
    nearest, halves to the even. Outside: zeros, the border's value, or the image reflected at its
    edges (with align_corners at the outer centres). A coordinate that is infinite lies outside,
    one that is NaN with zeros too, else at pixel 0; so does an infinite one with reflection. Raises
    SpecError. As torch.nn.functional.grid_sample, whose bilinear mode gives NaN for such
    coordinates with zeros; ONNX Runtime 1.32 takes them for −1. Jaderberg et al., "Spatial
    Transformer Networks", equation 5.

    >>> grid_sample(np.float32([[[[1, 3]]]]), np.zeros((1, 1, 1, 2), np.float32)).tolist()
    [[[[2.0]]]]
    """
    return evaluate(
        GRID_SAMPLE,
        (input, grid),
        mode=mode,
        padding_mode=padding_mode,
        align_corners=align_corners,
    )


def shape_rule(input: Shape, grid: Shape, **_: Any) -> Shape:
    if grid[3] != 2:
        raise SpecError(f"grid_sample: grid has {grid[3]} coordinates a point, expected 2 (x, y)")
    if grid[0] != input[0]:
        raise SpecError(f"grid_sample: grid has batch {grid[0]}, input has {input[0]}")
    return input[0], input[1], grid[1], grid[2]


def formula(
    input: Array, grid: Array, *, mode: str, padding_mode: str, align_corners: bool
) -> Array:
    column = pixel(grid[..., 0], input.shape[3], padding_mode, align_corners)
    row = pixel(grid[..., 1], input.shape[2], padding_mode, align_corners)
    if mode == "nearest":
        return gather(input, np.rint(row), np.rint(column))
    return blend(input, row, column)


def exact(
    index: tuple[int, ...],
    input: Array,
    grid: Array,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Fraction | None:
    """The same formula in fractions; the nearest pixel's ties go to the even one."""
    n, c, i, j = index
    image, place = input[n, c], []
    for coordinate, size in zip(grid[n, i, j, ::-1].tolist(), image.shape, strict=True):
        found = exact_place(coordinate, size, padding_mode, align_corners)
        if found is None:
            return Fraction(0)
        place.append(found)
    if mode == "nearest":
        corners = [(round(place[0]), round(place[1]), Fraction(1))]
    else:
        corners = [
            (row, column, (1 - abs(place[0] - row)) * (1 - abs(place[1] - column)))
            for row in (math.floor(place[0]), math.floor(place[0]) + 1)
            for column in (math.floor(place[1]), math.floor(place[1]) + 1)
        ]
    h, w = image.shape
    return weighted_sum(
        (weight, float(image[row, column]))
        for row, column, weight in corners
        if weight and 0 <= row < h and 0 <= column < w
    )


def weighted_sum(terms: Iterable[tuple[Fraction, float]]) -> Fraction | None:
    """Σ weight·x for positive weights; infinities add as IEEE 754 says, None for no number."""
    seen = list(terms)
    special = {x for _, x in seen if not math.isfinite(x)}
    if not special:
        return sum((weight * Fraction(x) for weight, x in seen), Fraction(0))
    if len(special) > 1 or any(map(math.isnan, special)):
        return None
    return INFINITE if special.pop() > 0 else -INFINITE


EXAMPLES: tuple[Setting, ...] = tuple(
    (
        ((2, 3, 5, 7), (2, 4, 6, 2)),
        {"mode": mode, "padding_mode": padding, "align_corners": corners},
    )
    for mode in MODES
    for padding in PADDING_MODES
    for corners in (False, True)
)

GRID_SAMPLE = Layer(
    "grid_sample",
    (Operand("input", "N C H W"), Operand("grid", "N OH OW 2", role="coordinate")),
    *(grid_sample, shape_rule, formula, error, exact),
    choices=choices,
    attributes={
        "mode": choice(MODES, "bilinear"),
        "padding_mode": choice(PADDING_MODES, "zeros"),
        "align_corners": flag(False),
    },
    output="N C OH OW",
    sums="4",
    examples=EXAMPLES,
    onnx="GridSample",
)
