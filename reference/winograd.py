"""Winograd's F(2x2, 3x3) for conv2d: how far an honest kernel that uses it may be off.

Y = Aᵀ[Σ_c (G g Gᵀ) ∘ (Bᵀ d B)]A for 3×3 filters g and tiles d of 4×4 pixels, which give 2×2
outputs. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308, 2015.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .conv2d import products
from .layer import Array, Enclosure
from .profile import Profile
from .sums import SLACK, lowest, zero_where_exact
from .windows import pad, windows

A_T = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], np.float64)
G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
B_T = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], np.float64)


def winograd_bound(
    profile: Profile, operands: tuple[Enclosure | None, ...], attributes: Mapping[str, Any]
) -> Array:
    """γ_(C+10)·Wmag + u·|b|-terms: the bound of conv2d for input, weight and bias, (N, M, OH, OW).

    Wmag = |Aᵀ|[Σ_c (|G||g||Gᵀ|) ∘ (|Bᵀ||d||B|)]|A|. A term is rounded at most 4 times in G g Gᵀ
    (the halves are exact), twice in Bᵀ d B, C times in its product and the sum over channels, 4
    times in Aᵀ[…]A, and once more with a bias. Zero where the data are such that nothing rounds.
    Infinite for outputs whose tile holds what is not finite. Errors of the operands are passed on.
    """
    input, weight, bias = operands
    assert input is not None
    assert weight is not None
    x, w, padding = input.magnitude, weight.magnitude, attributes["padding"]
    offset = np.zeros(1) if bias is None else np.abs(bias.value)[:, np.newaxis, np.newaxis]
    magnitude = winograd_magnitude(x, w, padding) + offset
    rounds = x.shape[1] + 10 + (offset != 0)
    bound = profile.gamma(rounds) * magnitude + flushed(profile, x, w, padding)
    if input.exact and weight.exact:
        # The halves of G make every product a multiple of a quarter of the operands' steps.
        bound = zero_where_exact(
            profile,
            *(bound, magnitude),
            *(input.value, weight.value / 4, None if bias is None else bias.value),
        )
    else:
        known = np.abs(input.value), np.abs(weight.value)
        bound = bound + (products(x, w, **attributes) - products(*known, **attributes)) * SLACK
    finite = magnitude * SLACK <= profile.largest
    return np.where(finite, bound, np.inf) * SLACK


def winograd_magnitude(input: Array, weight: Array, padding: Any) -> Array:
    """Wmag for magnitudes input (N, C, H, W) and weight (M, C, 3, 3): (N, M, OH, OW)."""
    g = np.abs(G) @ weight @ np.abs(G).T
    padded = pad(input, padding)
    n, _, height, width = padded.shape
    oh, ow = height - 2, width - 2
    # One row and one column of zeros complete the last tiles of odd sizes.
    padded = pad(padded, ((0, oh % 2), (0, ow % 2)))
    counts = (oh + 1) // 2, (ow + 1) // 2
    d = np.abs(B_T) @ windows(padded, (4, 4), (2, 2), (1, 1), counts) @ np.abs(B_T).T
    points = np.einsum("mckl,ncijkl->nmijkl", g, d, optimize=True)
    outputs = np.abs(A_T) @ points @ np.abs(A_T).T
    whole = outputs.swapaxes(3, 4).reshape(n, weight.shape[0], 2 * counts[0], 2 * counts[1])
    return whole[:, :, :oh, :ow]


def flushed(profile: Profile, x: Array, w: Array, padding: Any) -> Array:
    """What flushing subnormal operands, points, products and sums to zero may cost.

    A transform adds at most 8 flushed sums to a point, an output has 9 points of C products.
    Nothing, when the operands' last places lie so high that no sum of products can be subnormal.
    """
    tiny = profile.smallest_normal
    if min(lowest(x), lowest(w)) >= tiny * 2.0**25 and lowest(x) * lowest(w) >= tiny * 2.0**50:
        return np.zeros(1)
    lost = winograd_magnitude(x * (x < tiny) + 8 * tiny, w, padding)
    lost = lost + winograd_magnitude(x, w * (w < tiny) + 8 * tiny, padding)
    return lost + (18 * x.shape[1] + 16) * tiny
