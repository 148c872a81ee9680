"""The sampler's gradients in float32: places in four ways, weights and slopes in three."""

from collections.abc import Callable
from typing import Any

import numpy as np
from definitions.honest.sampling import picked

from .arithmetic import Arithmetic, Array, F
from .sampling import Index, away_from_zero, padded_index
from .sums import Order

# A pixel's weight along one axis, of its index and the place.
Tent = Callable[[Arithmetic, Array, Array], Array]
Slopes = Callable[..., tuple[Array, Array]]


def of_corners(a: Arithmetic, pixel: Array, place: Array) -> Array:
    """The fraction after the pixel before, and 1 less that: of two pixels alone."""
    before = np.floor(place)
    after = a.subtract(place, before)
    first = np.where(pixel == before, a.subtract(F(1), after), F(0))
    return np.where(pixel == before + 1, after, first)


def of_ends(a: Arithmetic, pixel: Array, place: Array) -> Array:
    """The distance of the other pixel, as torch has it."""
    before = np.floor(place)
    first = np.where(pixel == before, a.subtract(before + F(1), place), F(0))
    return np.where(pixel == before + 1, a.subtract(place, before), first)


def of_distance(a: Arithmetic, pixel: Array, place: Array) -> Array:
    """1 less the distance, where that is positive: every pixel looks at every point."""
    return np.maximum(a.subtract(F(1), np.abs(a.subtract(place, pixel))), F(0))


TENTS: dict[str, Tent] = {"corners": of_corners, "ends": of_ends, "distance": of_distance}


def nearest(tent: Tent, pixel: Array, place: Array) -> Array:
    rounded = np.rint(place) if tent is of_corners else away_from_zero(place)
    return np.where(rounded == pixel, F(1), F(0))


def input_grad(
    locate: Index,
    tent: Tent,
    order: Order,
    a: Arithmetic,
    grad: Array,
    grid: Array,
    *,
    input_size: Any,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    """Every pixel adds up what the points give it, all of them, in that order."""
    n, c, h, w = input_size
    weights = []
    for k, size in ((1, h), (0, w)):
        index = locate(a, grid[..., k], size, align_corners)
        place = padded_index(a, index, size, padding_mode, align_corners)
        pixels = np.arange(size, dtype=F)
        place = place.reshape(n, -1, 1)
        one = tent(a, pixels, place) if mode == "bilinear" else nearest(tent, pixels, place)
        weights.append(one.swapaxes(0, 1))  # (points, N, size)
    down, across = (
        weights[0][:, :, np.newaxis, :, np.newaxis],
        weights[1][:, :, np.newaxis, np.newaxis],
    )
    g = grad.reshape(n, c, -1).transpose(2, 0, 1)[..., np.newaxis, np.newaxis]
    if tent is of_ends:  # the gradient meets one axis's weight first
        return order(a, a.multiply(g, down), np.broadcast_to(across, (*g.shape[:3], 1, w)), None)
    return order(a, g, a.multiply(down, across), None)


def steepness(
    a: Arithmetic, index: Array, size: int, padding_mode: str, align_corners: bool
) -> Array:
    """How an index grows with its coordinate: 0 where it is clipped."""
    scale = F(size - 1 if align_corners else size) / 2
    if padding_mode == "zeros":
        return np.full(index.shape, scale, F)
    low, span = (F(0), F(size - 1)) if align_corners else (F(-0.5), F(size))
    sign = np.ones(index.shape, F)
    if padding_mode == "reflection" and span > 0:
        moved = a.subtract(index, low)
        distance = np.fmod(np.abs(moved), 2 * span)
        sign = np.where(moved < 0, F(-1), F(1)) * np.where(distance > span, F(-1), F(1))
        distance = np.where(distance > span, a.subtract(2 * span, distance), distance)
        index = a.add(distance, low)
    return np.where((index > 0) & (index < size - 1), sign * scale, F(0))


def by_products(order: Order, a: Arithmetic, g: Array, near: Array, beside: Array) -> Array:
    """Pixel times weight times gradient, four of each channel; near (2, 2, N, C, …)."""
    weights = np.stack([a.subtract(F(1), beside), beside])
    terms, others = [], []
    for channel in range(g.shape[1]):
        for i, j in np.ndindex(2, 2):
            sign = F(2 * j - 1)
            terms.append(sign * a.multiply(near[i, j][:, channel], weights[i]))
            others.append(g[:, channel])
    return order(a, np.stack(terms), np.stack(others), None)


def by_differences(order: Order, a: Arithmetic, g: Array, near: Array, beside: Array) -> Array:
    """p + t·(q − p) of both lines' differences, times the gradient."""
    first, second = (a.subtract(near[i, 1], near[i, 0]) for i in (0, 1))
    t = beside[:, np.newaxis]
    value = a.multiply_add(np.broadcast_to(t, first.shape), a.subtract(second, first), first)
    return order(a, value.swapaxes(0, 1), g.swapaxes(0, 1), None)


def by_shares(order: Order, a: Arithmetic, g: Array, near: Array, beside: Array) -> Array:
    """What goes back to each line, g − g·t and g·t, times the line's difference."""
    second = a.multiply(g, np.broadcast_to(beside[:, np.newaxis], g.shape))
    first = a.subtract(g, second)
    shares = np.concatenate([first, second], axis=1).swapaxes(0, 1)
    lines = [a.subtract(near[i, 1], near[i, 0]) for i in (0, 1)]
    return order(a, shares, np.concatenate(lines, axis=1).swapaxes(0, 1), None)


PULLS = {"products": by_products, "differences": by_differences, "shares": by_shares}


def grid_grad(
    locate: Index,
    pull: Callable[..., Array],
    order: Order,
    a: Arithmetic,
    grad: Array,
    input: Array,
    grid: Array,
    *,
    mode: str,
    padding_mode: str,
    align_corners: bool,
) -> Array:
    """The slopes times the gradients, summed and then scaled; of shares scaled before."""
    found = np.zeros(grid.shape, F)
    if mode == "nearest":
        return found
    places, scales = [], []
    for k, size in ((1, input.shape[2]), (0, input.shape[3])):
        index = locate(a, grid[..., k], size, align_corners)
        places.append(padded_index(a, index, size, padding_mode, align_corners))
        scales.append(steepness(a, index, size, padding_mode, align_corners))
    before = [np.floor(place) for place in places]
    after = [a.subtract(place, one) for place, one in zip(places, before, strict=True)]
    near = np.array(
        [[picked(input, before[0] + F(i), before[1] + F(j)) for j in (0, 1)] for i in (0, 1)]
    )
    for k, (cell, beside) in enumerate(((near, after[0]), (near.swapaxes(0, 1), after[1]))):
        scale = scales[1 - k]
        if pull is by_shares:
            given = a.multiply(grad, np.broadcast_to(scale[:, np.newaxis], grad.shape))
            found[..., k] = pull(order, a, given, cell, beside)
        else:
            found[..., k] = a.multiply(scale, pull(order, a, grad, cell, beside))
    return found
