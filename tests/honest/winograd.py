"""Winograd's convolutions in float32: stride 1, one group, filters and tiles of any size.

Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.1. The
matrices of F(2, 3) and F(4, 3) are those of the paper, which the bound does not know.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.reference.windows import pad
from clgold.reference.winograd import Winograd, winograd

from .arithmetic import Arithmetic, Array, F


@dataclass(frozen=True)
class Form:
    """F(m, r): the bound that a kernel declares, and its matrices Bᵀ, G and Aᵀ."""

    declares: Winograd
    data: Array
    filter: Array
    output: Array

    @property
    def outputs(self) -> int:
        return len(self.output)


def by_rule(declares: Winograd) -> Form:
    """With the matrices that follow from the points."""
    found = declares.axes.rows
    made = (np.array(one, float) for one in (found.data, found.filter, found.output))
    return Form(declares, *made)


FORMS: dict[str, Form] = {
    "F(2,3)": Form(
        winograd(2, 3),
        np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]),
        np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]),
        np.array([[1, 1, 1, 0], [0, 1, -1, -1]]),
    ),
    "F(4,3)": Form(
        winograd(4, 3),
        np.array(
            [
                *([4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0]),
                *([0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]),
            ]
        ),
        np.array(
            [
                *([6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]),
            ]
        )
        / 24,
        np.array(
            [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
        ),
    ),
    "F(4,3) with halves": by_rule(winograd(4, 3, (0, 1, -1, 0.5, -0.5))),
    "F(4,3) without infinity": by_rule(winograd(4, 3, (0, 1, -1, 2, -2, 3))),
    "F(6,3)": by_rule(winograd(6, 3)),
    "F(3,2)": by_rule(winograd(3, 2)),
    "F(2,5)": by_rule(winograd(2, 5)),
}


def product(a: Arithmetic, matrix: Array, values: Array, axis: int) -> Array:
    """matrix times values along `axis`."""
    moved = np.moveaxis(values, axis, 0)
    rows = []
    for row in matrix:
        terms = [a.multiply(F(c), moved[k]) for k, c in enumerate(row) if c]
        total = terms[0]
        for term in terms[1:]:
            total = a.add(total, term)
        rows.append(total)
    return np.moveaxis(np.stack(rows), 0, axis)


def both_axes(a: Arithmetic, matrix: Array, values: Array) -> Array:
    return product(a, matrix, product(a, matrix, values, -1), -2)


def tiles(image: Array, size: int, step: int) -> Array:
    """(N, C, TH, TW, size, size): overlapping tiles, `step` pixels apart, zeros beyond the end."""
    _, _, h, w = image.shape
    th, tw = (-(-(length - size + step) // step) for length in (h, w))
    ends = ((0, (count - 1) * step + size - length) for count, length in ((th, h), (tw, w)))
    image = np.pad(image, ((0, 0), (0, 0), *ends))
    cut = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(2, 3))
    return cut[:, :, ::step, ::step]


def joined(output: Array, shape: tuple[int, int]) -> Array:
    """(N, M, TH, TW, m, m) as images (N, M, OH, OW)."""
    n, m, th, tw, rows, columns = output.shape
    image = output.transpose(0, 1, 2, 4, 3, 5).reshape(n, m, rows * th, columns * tw)
    return image[:, :, : shape[0], : shape[1]]


def conv2d(
    form: Form,
    a: Arithmetic,
    input: Array,
    weight: Array,
    bias: Array | None,
    *,
    padding: Any,
    **_: Any,
) -> Array:
    """(N, C, H, W), (M, C, r, r) → (N, M, OH, OW)"""
    image, taps = pad(input, padding), weight.shape[-1]
    cut = tiles(image, len(form.data), form.outputs)
    data = both_axes(a, form.data, cut)[:, np.newaxis]  # (N, 1, C, TH, TW, n, n)
    filters = both_axes(a, form.filter, weight)[:, :, np.newaxis, np.newaxis]  # (M, C, 1, 1, n, n)
    total = a.multiply(data[:, :, 0], filters[:, 0])
    for c in range(1, weight.shape[1]):
        total = a.multiply_add(data[:, :, c], filters[:, c], total)
    size = image.shape[2] - taps + 1, image.shape[3] - taps + 1
    output = joined(both_axes(a, form.output, total), size)
    return output if bias is None else a.add(output, bias[:, np.newaxis, np.newaxis])


def suits(form: Form, input: Array, weight: Array, *_: Array | None, **attributes: Any) -> bool:
    return form.declares.applies(weight, attributes) and attributes["groups"] == 1
