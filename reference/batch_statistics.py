"""Mean and variance of each channel of a batch, and how far a kernel's may be off.

docs/error-bounds.md derives the bounds: of two passes, and of one, which a variant declares with
`bound=one_pass(LAYER)`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .batch_norm_error import per_channel
from .layer import Array, Enclosure, Layer
from .profile import Profile
from .sums import SLACK, plain_sum_error


@dataclass(frozen=True)
class Statistics:
    """Of every channel, (C,): the mean, the biased variance of so many values, and how far off.

    least     the smallest variance that a kernel may find
    centred   x − mean, off by `centred_off`, of input's shape
    folded    whether sums of products with x − mean may be taken of x, and the mean's part after
    """

    count: int
    mean: Array
    mean_off: Array
    variance: Array
    variance_off: Array
    least: Array
    centred: Array
    centred_off: Array
    folded: bool = False

    @property
    def known(self) -> Array:
        """(C,): whether no sum leaves the format."""
        return np.isfinite(self.mean_off + self.variance_off)


Measure = Callable[[Profile, Enclosure], Statistics]


def over_channel(values: Array) -> Array:
    """(C,): the sum over all other axes."""
    return np.asarray(values.sum(axis=(0, *range(2, values.ndim))))


def measured(input: Array) -> tuple[Array, Array, Array]:
    """x − mean of input's shape; mean and biased variance, (C,)."""
    count = input.size // input.shape[1]
    mean = over_channel(input) / count
    centred = input - per_channel(mean, input.ndim, 0.0)
    return centred, mean, over_channel(centred * centred) / count


def divided(profile: Profile, count: int) -> float:
    """What a quotient by so many may cost, or a product with the reciprocal."""
    return profile.ulps(profile.divide) + 2 * profile.u if count > 1 else 0.0


def two_passes(profile: Profile, input: Enclosure) -> Statistics:
    """The mean first, and then the squares of what is left: (v + e²)·ρ + e² for a mean off by e."""
    u, tiny, count = profile.u, profile.smallest_normal, input.value.size // input.value.shape[1]
    centred, mean, variance = measured(input.value)
    share = divided(profile, count)
    total = plain_sum_error(profile, over_channel, input, count)
    off = (total / count) * (1 + share) + share * np.abs(mean) + 4 * tiny * (count > 1)
    # How far the operand's own bound moves x − mean, and its mean square.
    reach = input.radius + per_channel(over_channel(input.radius) / count, input.value.ndim, 0.0)
    moved = over_channel(reach * (2 * np.abs(centred) + reach)) / count
    relative = float(profile.summed(count, count)) + 2 * u + u * u + share
    relative = relative * (1 + 2 * relative) * SLACK
    spread = off * off + (variance + moved + off * off) * relative + moved + 4 * tiny
    spread = np.where(over_channel(np.abs(centred) + reach) + off > 0, spread, 0.0)
    spread = np.where(count * (variance + spread) * SLACK > profile.largest, np.inf, spread)
    around = per_channel(off, input.value.ndim, 0.0)
    centred_off = around + u * (np.abs(centred) + reach + around)
    least = np.maximum(variance - spread, 0.0)
    return Statistics(count, mean, off, variance, spread, least, centred, centred_off + reach)


def one_pass_statistics(profile: Profile, input: Enclosure) -> Statistics:
    """E[x²] − E[x]², or Welford's: 3ρ·E[x²]."""
    found = two_passes(profile, input)
    u, divide, ndim = profile.u, profile.ulps(profile.divide), input.value.ndim
    square = over_channel(input.magnitude**2) / found.count
    relative = float(profile.summed(found.count, found.count)) + 4 * (divide + 2 * u)
    relative = relative * (1 + relative) * SLACK
    off = found.mean_off + 2 * (2 * u + divide) * np.sqrt(2 * found.variance)
    spread = 3 * relative * square + found.variance_off
    # A sum of squares beyond float32 is infinite, and what is divided by its root nothing.
    spread = np.where(found.count * square * SLACK > profile.largest, np.inf, spread)
    around = per_channel(off - found.mean_off, ndim, 0.0)
    return Statistics(
        *(found.count, found.mean, off, found.variance, spread, found.variance - spread),
        *(found.centred, found.centred_off + around * (1 + u)),
        folded=True,
    )


def one_pass(layer: Layer) -> Callable[..., Array]:
    """The bound of a variant of the layer that reads its input once for both statistics."""

    def bound(
        profile: Profile, operands: tuple[Enclosure | None, ...], attributes: Mapping[str, Any]
    ) -> Array:
        values = (None if one is None else one.value for one in operands)
        with np.errstate(all="ignore"):
            value = layer.formula(*values, **attributes)
            return layer.error(profile, value, *operands, **attributes, measure=one_pass_statistics)

    return bound


def inverse_roots(found: Statistics, eps: float) -> tuple[Array, Array]:
    """(C,): 1/√(v + eps), rightly and of the least variance."""
    least = np.where(found.least + eps > 0, found.least + eps, np.nan)
    return 1 / np.sqrt(found.variance + eps), 1 / np.sqrt(least)
