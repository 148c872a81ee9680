"""How far a kernel may be off that finds how samples change with their places."""

from collections.abc import Iterator

import numpy as np

from .layer import Array, Enclosure
from .profile import Profile
from .sampling import gather
from .sampling_grad import AROUND, CELLS, Axis, axes, between
from .sums import SLACK


def entered(one: Axis, least: float, most: float) -> Array:
    """(3, N, OH, OW): the cells, from `least` to `most`, in which an honest kernel may look."""
    cell = np.stack([one.before + k for k in CELLS])
    return (one.low < cell + 1) & (one.high >= cell) & (cell >= least) & (cell <= most)


def worlds(
    profile: Profile,
    grad: Enclosure,
    near: Enclosure,
    down: Axis,
    across: Array,
) -> Iterator[tuple[Array, Array]]:
    """For each cell along the axis of the slope, (N, OH, OW) each: the sum that an exact kernel
    finds there, and how far an honest one may be off.

    near (4, 4, N, C, OH, OW): the pixels AROUND, the axis of the slope second; across: the cells
    that may be entered. Along the other axis the sum is continuous: it moves by no more than its
    slope times the way through each cell.
    """
    g, u = np.abs(grad.value), profile.u
    size, radius = np.abs(near.value), near.radius
    inside, ways = entered(down, -np.inf, np.inf), list(through(down))
    count = 4 * (g != 0).sum(axis=1)
    relative = profile.summed(count, 4 * g.shape[1]) + profile.gamma(6)
    for b in range(len(CELLS)):
        steps = near.value[:, b + 1] - near.value[:, b]
        value = (grad.value * between(steps[1:3], down.place)).sum(axis=1)
        moved = [np.zeros(value.shape) for _ in ways[0][2:]]
        bound, steepest = np.zeros(value.shape), np.zeros(value.shape)
        for a, (first, second, *lengths) in enumerate(ways):
            there = inside[a] & across[b]

            def total(weights: Array, terms: Array, there: Array = there) -> Array:
                return np.where(there, (weights * terms).sum(axis=1), 0.0)

            ends = [size[a + k, b] + size[a + k, b + 1] for k in (0, 1)]
            off = [radius[a + k, b] + radius[a + k, b + 1] for k in (0, 1)]
            twist = total(grad.magnitude, np.abs(steps[a + 1] - steps[a]) + off[0] + off[1])
            summed, wide = (
                total(one, first * p + second * q)
                for one, (p, q) in (
                    (g, ends),
                    (grad.magnitude, [e + o for e, o in zip(ends, off, strict=True)]),
                )
            )
            apart = total(g, second * (np.abs(steps[a]) + np.abs(steps[a + 1])))
            bound = np.maximum(bound, relative * wide + wide - summed + profile.gamma(3) * apart)
            moved = [one + twist * way for one, way in zip(moved, lengths, strict=True)]
            steepest = np.maximum(steepest, twist)
        bound = bound + (np.maximum(*moved) + down.slack * steepest) * (1 + 8 * u)
        yield value, bound


def through(one: Axis) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Of each cell along an axis the most that its first and second pixel may weigh, (N, 1, OH,
    OW), and how long the ways through it are, (N, OH, OW): up to `high`, and back to `low`.
    """
    for k in CELLS:
        cell = one.before + k
        first = np.clip(cell + 1 - one.low + one.slack, 0, 1)
        second = np.clip(one.high + one.slack - cell, 0, 1)
        up = np.minimum(one.high, cell + 1) - np.maximum(one.place, cell)
        back = np.minimum(one.place, cell + 1) - np.maximum(one.low, cell)
        yield first[:, np.newaxis], second[:, np.newaxis], np.maximum(up, 0), np.maximum(back, 0)


Way = tuple[Axis, Axis, Enclosure, Array]


def ways(
    profile: Profile, input: Enclosure, grid: Enclosure, padding_mode: str, align_corners: bool
) -> Iterator[Way]:
    """Along x and then y: the axis, the other one, the pixels AROUND with the axis second, and the
    cells along it that may be entered where an index is not clipped.
    """
    shape = input.value.shape
    down, across = axes(profile, shape, grid, padding_mode, align_corners)
    near, radius = (
        np.array(
            [[gather(one, down.before + i, across.before + j) for j in AROUND] for i in AROUND]
        )
        for one in (input.value, input.radius)
    )
    for one, other, turned in ((across, down, False), (down, across, True)):
        cells = (0, one.size - 2) if padding_mode != "zeros" else (-np.inf, np.inf)
        values = Enclosure(near, radius)
        if turned:
            values = Enclosure(near.swapaxes(0, 1), radius.swapaxes(0, 1))
        yield one, other, values, entered(one, *cells)


def error(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    grid: Enclosure,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    """The largest that holds in a cell which a kernel may look in."""
    bound = np.zeros(value.shape)
    if mode == "nearest":
        return bound
    for k, way in enumerate(ways(profile, input, grid, padding_mode, align_corners)):
        across, down, near, cells = way
        steepest = np.abs(across.slopes).max(axis=0)
        found = np.zeros(steepest.shape)
        for b, (_, off) in enumerate(worlds(profile, grad, near, down, cells)):
            found = np.maximum(found, np.where(cells[b], off, 0.0))
        found = np.where(steepest == 0, 0.0, found * steepest * SLACK)
        found = found + leaving(profile, grad, near, way)
        largest = input.magnitude.max(axis=(2, 3))[..., np.newaxis, np.newaxis]
        anything = steepest * (grad.magnitude * largest).sum(axis=1) * 8 + np.abs(value[..., k])
        found = np.where(across.wide | down.wide, np.maximum(found, anything), found)
        found[~settled(grad, near, way) | across.lost | down.lost] = np.inf
        bound[..., k] = found
    return bound


def leaving(profile: Profile, grad: Enclosure, near: Enclosure, way: Way) -> Array:
    """What flushing subnormal numbers may cost; infinite where a product may leave the format."""
    across, down, *_ = way
    steepest = np.abs(across.slopes).max(axis=0)
    there, beside = (entered(one, -np.inf, np.inf).any(axis=0) for one in (across, down))
    pixels = near.magnitude.max(axis=(0, 1))
    reach = 4 * (grad.magnitude * np.maximum(pixels, 1.0)).sum(axis=1) * np.maximum(steepest, 1.0)
    scale = (4 + grad.magnitude + 4 * pixels).sum(axis=1) * (1 + steepest) * (steepest > 0)
    tiny = 4 * profile.smallest_normal * scale * (reach > 0)
    return np.where(there & beside, np.where(reach * SLACK > profile.largest, np.inf, tiny), 0.0)


def settled(grad: Enclosure, near: Enclosure, way: Way) -> Array:
    """(N, OH, OW): whether all that a kernel may read is finite, or it certainly reads the same."""
    across, down, _, cells = way
    odd = ~np.isfinite(near.value).all(axis=(0, 1, 3)) | ~np.isfinite(grad.value).all(axis=1)
    alone = (cells.sum(axis=0) == 1) & (entered(down, 0, down.size - 2).sum(axis=0) == 1)
    for one in (across, down):
        alone &= (one.before >= 0) & (one.before < one.size - 1)
        alone &= (one.low > one.before) & (one.high < one.before + 1)
    alone &= (across.slopes == across.slopes[0]).all(axis=0) & (across.slopes[0] != 0)
    return ~odd | alone


def choices(
    profile: Profile,
    value: Array,
    grad: Enclosure,
    input: Enclosure,
    grid: Enclosure,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array | None:
    """(k, N, OH, OW, 2): the one-sided slopes at pixels' centres within reach, and 0 where clipping
    begins.
    """
    if mode == "nearest":
        return None
    found: list[list[Array]] = [[], []]
    for k, way in enumerate(ways(profile, input, grid, padding_mode, align_corners)):
        across, down, near, cells = way
        for b, (one, _) in enumerate(worlds(profile, grad, near, down, cells)):
            found[k] += [np.where(cells[b], slope * one, value[..., k]) for slope in across.slopes]
        clipped = (across.slopes == 0).any(axis=0)
        found[k].append(np.where(clipped, 0.0, value[..., k]))
    pairs = [np.stack(pair, axis=-1) for pair in zip(*found, strict=True)]
    others = [pair for pair in pairs if not np.array_equal(pair, value, equal_nan=True)]
    return np.stack(others) if others else None
