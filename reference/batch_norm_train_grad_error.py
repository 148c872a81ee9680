"""How far the sums may be off that gradients of batch normalisation in training are made of."""

from dataclasses import dataclass

import numpy as np

from .batch_norm_error import per_channel, scale_error
from .batch_statistics import Statistics, inverse_roots, over_channel
from .layer import Array, Enclosure
from .profile import Profile
from .sums import SLACK, plain_sum_error


@dataclass(frozen=True)
class Sums:
    """(C,), each beside how far it is off: Σ g, Σ g·(x − μ) and 1/√(σ² + eps).

    size is Σ |g||x − μ| at most; infinite where a sum may leave the format
    """

    plain: Array
    plain_off: Array
    product: Array
    product_off: Array
    inverse: Array
    inverse_off: Array
    size: Array


def sums(
    profile: Profile, grad: Enclosure, input: Enclosure, found: Statistics, eps: float
) -> Sums:
    """Σ g·(x − μ) is off by section 3, by what x − μ is, and by what each term may be rounded."""
    u, tiny, count, g = profile.u, profile.smallest_normal, found.count, grad.magnitude
    reach = np.abs(found.centred) + found.centred_off
    size, relative = over_channel(g * reach), float(profile.summed(count, count)) + 4 * u
    off = relative * size + size - over_channel(np.abs(grad.value * found.centred))
    plain_off = plain_sum_error(profile, over_channel, grad, count)
    if found.folded:
        mean = np.abs(found.mean) + found.mean_off
        whole = over_channel(g * input.magnitude) + mean * over_channel(g)
        off = off + relative * whole + mean * plain_off
        size = size + whole
    off = off + tiny * (4 * count + over_channel(g + reach))
    inverse, largest = inverse_roots(found, eps)
    largest = largest * (1 + scale_error(profile, found.least, eps)) * SLACK
    size = np.where(found.known & (size * SLACK <= profile.largest), size, np.inf)
    return Sums(
        *(over_channel(grad.value), plain_off),
        *(over_channel(grad.value * found.centred), off * SLACK),
        *(inverse, largest - inverse, size),
    )


def spread(values: Array, like: Array) -> Array:
    """(C,) shaped to broadcast with input's axes."""
    return per_channel(values, like.ndim, 0.0)
