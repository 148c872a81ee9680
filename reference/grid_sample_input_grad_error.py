"""How far a kernel may be off that gives every point's gradient to the pixels around it."""

import numpy as np

from .layer import Array, Enclosure
from .profile import Profile
from .sampling_grad import AROUND, Axis, axes, every, scattered, tents
from .spec import Shape
from .sums import product_sum_error


def reached(one: Axis, mode: str) -> tuple[Array, Array, Array, Array]:
    """The pixels along one axis that may count, (4, N, OH, OW), their weights, and the least and
    the largest that an honest kernel may take.
    """
    index = np.stack([one.before + k for k in AROUND])
    value = np.zeros(index.shape)
    for own, weight in zip(*tents(one.place, mode), strict=True):
        value += np.where(index == own, weight, 0.0)
    low, high = one.low - one.slack, one.high + one.slack
    if mode == "nearest":
        least = (index - 0.5 < low) & (index + 0.5 > high)
        largest = (index - 0.5 <= high) & (index + 0.5 >= low)
    else:
        apart = np.maximum(np.maximum(low - index, index - high), 0.0)
        least = np.maximum(1 - np.maximum(np.abs(low - index), np.abs(high - index)), 0.0)
        largest = np.maximum(1 - apart, 0.0)
    lost = one.lost | ~np.isfinite(one.place)
    return (
        index,
        value,
        np.where(lost, 0.0, np.minimum(least, value)),
        np.where(lost, value, np.maximum(largest, value)),
    )


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    grid: Enclosure,
    *,
    input_size: Shape,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    """That of sums of products with weights which are off by what their points' places are.

    A weight that is no whole number is rounded twice, its product with the other axis's once.
    """
    shape = grad.value.shape
    rows, columns = axes(profile, input_size, grid, padding_mode, align_corners)
    down, across = reached(rows, mode), reached(columns, mode)
    known, row, column = every(down[1], across[1], down[0], across[0])
    least, largest = (every(down[k], across[k], down[0], across[0])[0] for k in (2, 3))
    rounding = np.where(least < 1, profile.gamma(3) * largest, 0.0)
    off = np.maximum(largest - known, known - least) + rounding
    anywhere = rows.wide | columns.wide
    weight = Enclosure(
        np.concatenate([known, np.zeros((1, *anywhere.shape))]),
        np.concatenate([off, anywhere[np.newaxis] * (1 + profile.gamma(3))]),
    )

    def contract(g: Array, part: Array) -> Array:
        found = scattered(g, part[:-1], row, column, input_size)
        if part[-1].any():
            given = np.where(part[-1][:, np.newaxis] != 0, g * part[-1][:, np.newaxis], 0.0)
            found = found + given.sum(axis=(2, 3), keepdims=True)
        return found

    plain, depth = mode == "nearest", shape[2] * shape[3]
    bound = product_sum_error(profile, contract, grad, weight, None, depth, plain)
    some = (grad.magnitude != 0) * 1.0
    tiny = 4 * profile.smallest_normal * contract(some, (weight.radius > 0) * 1.0)
    # NaN and infinity count only where a weight is certainly not 0.
    sure = np.concatenate([least > 0, np.zeros((1, *anywhere.shape), bool)])
    unsure = contract(~np.isfinite(grad.value) * 1.0, (~sure & (weight.magnitude > 0)) * 1.0) > 0
    missing = contract(np.isnan(grad.value) * 1.0, sure * 1.0) > 0
    return np.where(unsure & ~missing, np.inf, bound + tiny)


def choices(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    grid: Enclosure,
    *,
    input_size: Shape,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array | None:
    """(1, N, C, H, W): NaN in images of which nothing is known where one of the points is."""
    rows, columns = axes(profile, input_size, grid, padding_mode, align_corners)
    lost = (rows.lost | columns.lost).any(axis=(1, 2))[:, np.newaxis, np.newaxis, np.newaxis]
    return np.where(lost, np.nan, value)[np.newaxis] if lost.any() else None
