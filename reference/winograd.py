"""Winograd's convolutions F(m×m, r×r): how far an honest kernel that uses one may be off.

Y = Aᵀ[Σ_c (G g Gᵀ) ∘ (Bᵀ d B)]A for r×r filters g and tiles d of (m + r − 1)² pixels, which give
m×m outputs. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015,
arXiv:1509.09308. A variant declares `bound=winograd(2, 3)`.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from .conv2d import error, products
from .conv2d import honest as direct
from .grid import Grid, grid_step, lowest
from .layer import Array, Enclosure
from .profile import Profile
from .spec import Pair, SpecError
from .sums import SLACK
from .tiles import Axes, by_tiles, row_sums
from .toom_cook import Point, matrices

# In the order in which libraries take them: 0, ±1, ±2, ±½, …; at last infinity.
STANDARD: tuple[float, ...] = (0, 1, -1, 2, -2, 0.5, -0.5, 4, -4, 0.25, -0.25, 8, -8, 0.125, -0.125)
MOST = len(STANDARD) + 1  # points of a tile's axis


@dataclass(frozen=True)
class Winograd:
    """F(tile, taps) at these points; called, it is conv2d's bound, (N, M, OH, OW).

    Where it does not apply, as with other strides, dilations or filters, the bound is that of
    direct sums.
    """

    layer: ClassVar[str] = "conv2d"
    tile: Pair
    taps: Pair
    points: tuple[float | Fraction, ...] = ()

    @property
    def axes(self) -> Axes:
        """The matrices of both axes."""
        rows, columns = (
            matrices(m, r, chosen(m, r, self.points))
            for m, r in zip(self.tile, self.taps, strict=True)
        )
        return Axes(rows, columns)

    @np.errstate(all="ignore")  # what is not finite gives an infinite bound
    def __call__(
        self,
        profile: Profile,
        operands: tuple[Enclosure | None, ...],
        attributes: Mapping[str, Any],
    ) -> Array:
        input, weight, bias = operands
        assert input is not None
        assert weight is not None
        if not self.applies(weight.value, attributes):
            return error(profile, input.value, input, weight, bias, **attributes)
        return bound(self.axes, profile, (input, weight, bias), attributes)

    def applies(self, weight: Array, attributes: Mapping[str, Any]) -> bool:
        """Whether a convolution may be computed so."""
        unit = (1, 1)
        same = attributes["stride"] == unit == attributes["dilation"]
        return same and weight.shape[2:] == self.taps

    def honest(
        self,
        order: Callable[..., Array],
        input: Array,
        weight: Array,
        bias: Array | None,
        **attributes: Any,
    ) -> Array:
        """float32 convolution as a careful kernel of this kind computes it, the bias added last."""
        if not self.applies(weight, attributes):
            return direct(order, input, weight, bias, **attributes)
        shape = attributes["padding"], attributes["groups"]
        output = by_tiles(self.axes, input, weight, *shape, order)
        return output if bias is None else output + bias[:, np.newaxis, np.newaxis]

    @property
    def name(self) -> str:
        """F(2×2, 3×3)"""
        return f"F({', '.join('×'.join(map(str, one)) for one in (self.tile, self.taps))})"

    def __str__(self) -> str:
        """As a declaration has it."""
        m, r = (str(one[0]) if one[0] == one[1] else str(one) for one in (self.tile, self.taps))
        at = "" if not self.points else f", ({', '.join(str(Fraction(p)) for p in self.points)})"
        return f"winograd({m}, {r}{at})"


def winograd(m: int | Pair, r: int | Pair, points: Iterable[float | Fraction] = ()) -> Winograd:
    """The bound of F(m×m, r×r), a variant's `bound=`; m and r may be pairs (vertical, horizontal).

    points are those of interpolation: m + r − 2 different numbers, beside infinity, or with it or
    another one m + r − 1; by default 0, 1, −1, 2, −2, ½, −½, … Raises SpecError.
    """
    tile, taps = (both(name, one) for name, one in (("m", m), ("r", r)))
    given = tuple(points)
    for outputs, filters in zip(tile, taps, strict=True):
        chosen(outputs, filters, given)
    return Winograd(tile, taps, given)


def both(name: str, given: Any) -> Pair:
    """A number or a pair of them as a pair; SpecError."""
    pair = given if isinstance(given, tuple) else (given, given)
    whole = all(isinstance(one, int) and not isinstance(one, bool) and one >= 1 for one in pair)
    if len(pair) != 2 or not whole:
        raise SpecError(f"winograd: {name} is {given!r}, expected an int from 1 on, or two")
    return pair[0], pair[1]


def chosen(outputs: int, taps: int, points: tuple[Any, ...]) -> tuple[Point, ...]:
    """The outputs + taps − 1 points of one axis, those given or the standard ones; SpecError."""
    size = outputs + taps - 1
    if outputs == 1 or taps == 1:
        return ()
    if not points and size > MOST:
        raise SpecError(f"winograd: {size} points are needed, only {MOST} are known: name them")
    given = points or STANDARD[: size - 1]
    finite = [Fraction(p) for p in given if p is not None and math.isfinite(p)]
    whole: tuple[Point, ...] = tuple(finite)
    if len(finite) < len(given) or len(finite) == size - 1:
        whole = (*finite, None)
    if len(whole) != size or len(set(finite)) < len(finite):
        names = ", ".join(map(str, points))
        raise SpecError(
            f"winograd: points ({names}), expected {size - 1} different numbers for "
            f"F({outputs}, {taps}), beside infinity"
        )
    return whole


def bound(
    axes: Axes,
    profile: Profile,
    operands: tuple[Enclosure, Enclosure, Enclosure | None],
    attributes: Mapping[str, Any],
) -> Array:
    """γ_h·(Wmag + |b|): h roundings on the way through the matrices, C for products and channels.

    Wmag = |Aᵀ|[Σ_c (|G||g||Gᵀ|) ∘ (|Bᵀ||d||B|)]|A|. Zero where the data are such that nothing
    rounds; infinite where a tile holds what is not finite or may overflow. Errors of the operands,
    which are input, weight and bias, are passed on.
    """
    input, weight, bias = operands
    x, w = input.magnitude, weight.magnitude
    offset = np.zeros(1) if bias is None else np.abs(bias.value)[:, np.newaxis, np.newaxis]
    size = magnitude(axes, profile, x, w, attributes) + offset
    rounds = axes.rows.rounds + axes.columns.rounds + w.shape[1] + (offset != 0)
    found = profile.gamma(rounds) * size + flushed(axes, profile, x, w, attributes)
    step = float(axes.rows.step * axes.columns.step)
    if not input.exact or not weight.exact:
        known = np.abs(input.value), np.abs(weight.value)
        found = found + (products(x, w, **attributes) - products(*known, **attributes)) * SLACK
    elif min(grid_step(x), grid_step(w)) * step >= profile.smallest_normal:
        added = None if bias is None else bias.value
        found = Grid(profile, input.value, weight.value * step, added).zeroed(found, size)
    known_size = (size * SLACK <= profile.largest) & ~np.isnan(found)
    return np.where(known_size, found * SLACK, np.inf)


def magnitude(
    axes: Axes, profile: Profile, input: Array, weight: Array, attributes: Mapping[str, Any]
) -> Array:
    """Wmag for magnitudes, (N, M, OH, OW); infinite where a transform may overflow."""
    shape = attributes["padding"], attributes["groups"]
    return by_tiles(axes, input, weight, *shape, np.matmul, profile.largest / SLACK)


def flushed(
    axes: Axes, profile: Profile, x: Array, w: Array, attributes: Mapping[str, Any]
) -> Array:
    """What flushing subnormal operands, points, products and sums to zero may cost.

    A transform of n terms loses 2n·η along each axis, the first of them times a row of the second:
    as much as operands that are larger by that. Nothing is lost where the operands' last places lie
    so high that no sum of products can be subnormal.
    """
    tiny, step = profile.smallest_normal, float(axes.rows.step * axes.columns.step)
    high = min(lowest(x), lowest(w)) * step >= tiny * 2.0**24
    if high and lowest(x) * lowest(w) * step >= tiny * 2.0**48:
        return np.zeros(1)
    off = [2 * max(len(one[0]) for one in pair) * tiny for pair in (axes.data, axes.filter)]
    sums = [[row_sums(one) for one in pair] for pair in (axes.data, axes.filter, axes.output)]
    for k in (0, 1):
        vertical, horizontal = sums[k]
        off[k] *= (1 + max(vertical)) / min(1.0, min(vertical) * min(horizontal))
    lost = magnitude(axes, profile, x * (x < tiny) + off[0], w, attributes)
    lost = lost + magnitude(axes, profile, x, w * (w < tiny) + off[1], attributes)
    vertical, horizontal = sums[2]
    points = 2 * w.shape[1] * max(vertical) * max(horizontal)
    return (lost + (points + 2 * max(axes.size) * (1 + max(vertical))) * tiny) * (1 + 2.0**-10)
