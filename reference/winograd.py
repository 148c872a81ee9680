"""Winograd's F(2x2, 3x3) for conv2d: how far an honest kernel that uses it may be off.

Y = Aᵀ[Σ_c (G g Gᵀ) ∘ (Bᵀ d B)]A for 3×3 filters g and tiles d of 4×4 pixels, which give 2×2
outputs. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015,
arXiv:1509.09308.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .conv2d import products
from .layer import Array, Enclosure
from .profile import Profile
from .sums import SLACK, grid_step, lowest, zero_where_exact
from .windows import pad, windows

A_T = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], np.float64)
G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
B_T = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], np.float64)


@np.errstate(all="ignore")  # what is not finite gives an infinite bound
def winograd_bound(
    profile: Profile, operands: tuple[Enclosure | None, ...], attributes: Mapping[str, Any]
) -> Array:
    """γ_(C+10)·Wmag, γ_(C+11)·(Wmag + |b|) with a bias: conv2d's bound, (N, M, OH, OW).

    Wmag = |Aᵀ|[Σ_c (|G||g||Gᵀ|) ∘ (|Bᵀ||d||B|)]|A|. A term is rounded at most 4 times in G g Gᵀ
    (the halves are exact), twice in Bᵀ d B, C times in its product and the sum over channels, 4
    times in Aᵀ[…]A, and once more with a bias. Zero where the data are such that nothing rounds;
    infinite where a tile holds what is not finite or may overflow. Errors of the operands, which
    are input, weight and bias, are passed on.
    """
    input, weight, bias = operands
    assert input is not None
    assert weight is not None
    x, w, padding = input.magnitude, weight.magnitude, attributes["padding"]
    offset = np.zeros(1) if bias is None else np.abs(bias.value)[:, np.newaxis, np.newaxis]
    magnitude = winograd_magnitude(profile, x, w, padding) + offset
    rounds = x.shape[1] + 10 + (offset != 0)
    bound = profile.gamma(rounds) * magnitude + flushed(profile, x, w, padding)
    if input.exact and weight.exact:
        # The halves of G make every product a multiple of a quarter of the operands' steps.
        added = None if bias is None else bias.value
        quarter = weight.value / 4
        if min(grid_step(input.value), grid_step(quarter)) >= profile.smallest_normal:
            bound = zero_where_exact(profile, bound, magnitude, input.value, quarter, added)
    else:
        known = np.abs(input.value), np.abs(weight.value)
        bound = bound + (products(x, w, **attributes) - products(*known, **attributes)) * SLACK
    finite = magnitude * SLACK <= profile.largest
    return np.where(finite, bound, np.inf) * SLACK


def winograd_magnitude(profile: Profile, input: Array, weight: Array, padding: Any) -> Array:
    """Wmag for magnitudes input (N, C, H, W) and weight (M, C, 3, 3): (N, M, OH, OW).

    Not finite where a transform may overflow, though it may be multiplied by something small.
    """
    g = np.abs(G) @ weight @ np.abs(G).T
    g = np.where(4 * g * SLACK <= profile.largest, g, np.inf)  # 4: G's sums before their halving
    padded = pad(input, padding)
    n, _, height, width = padded.shape
    oh, ow = height - 2, width - 2
    # One row and one column of zeros complete the last tiles of odd sizes.
    padded = pad(padded, ((0, oh % 2), (0, ow % 2)))
    counts = (oh + 1) // 2, (ow + 1) // 2
    d = np.abs(B_T) @ windows(padded, (4, 4), (2, 2), (1, 1), counts) @ np.abs(B_T).T
    d = np.where(d * SLACK <= profile.largest, d, np.inf)
    # Σ_c is one matrix product for each of the 4×4 points.
    pixels = d.transpose(4, 5, 1, 0, 2, 3).reshape(4, 4, d.shape[1], -1)
    points = (g.transpose(2, 3, 0, 1) @ pixels).reshape(4, 4, -1, n, *counts)
    outputs = np.abs(A_T) @ points.transpose(3, 2, 4, 5, 0, 1) @ np.abs(A_T).T
    whole = outputs.swapaxes(3, 4).reshape(n, -1, 2 * counts[0], 2 * counts[1])
    return whole[:, :, :oh, :ow]


def flushed(profile: Profile, x: Array, w: Array, padding: Any) -> Array:
    """What flushing subnormal operands, points, products and sums to zero may cost.

    A transform adds at most 8 flushed sums to a point, an output has 9 points of C products.
    Nothing, when the operands' last places lie so high that no sum of products can be subnormal.
    """
    tiny = profile.smallest_normal
    if min(lowest(x), lowest(w)) >= tiny * 2.0**25 and lowest(x) * lowest(w) >= tiny * 2.0**50:
        return np.zeros(1)
    lost = winograd_magnitude(profile, x * (x < tiny) + 8 * tiny, w, padding)
    lost = lost + winograd_magnitude(profile, x, w * (w < tiny) + 8 * tiny, padding)
    return lost + (18 * x.shape[1] + 16) * tiny
