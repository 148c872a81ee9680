"""Plainer data: zeros, ones, small integers, so that a person can follow the sum."""

from collections.abc import Callable

import numpy as np

from .case import Case

Array = np.ndarray
Holds = Callable[[Case], bool]
Fill = Callable[[Array], Array]

LARGEST = 9.0  # of the integers that are tried
FINEST = 4096  # operands of more elements are only tried as a whole


def zeros(values: Array) -> Array:
    return np.zeros_like(values)


def ones(values: Array) -> Array:
    """1 where there is anything."""
    return np.where(values == 0, values, np.ones_like(values))


def whole(values: Array) -> Array:
    """The nearest integer within ±9, and not 0 for what is not 0."""
    return nearest(values, 1.0)


def halves(values: Array) -> Array:
    return nearest(values, 0.5)


def sixteenths(values: Array) -> Array:
    return nearest(values, 0.0625)


def nearest(values: Array, unit: float) -> Array:
    """The nearest multiple of `unit` within ±9; what is not 0 stays so, NaN stays NaN."""
    rounded = np.clip(np.rint(values / np.float32(unit)) * unit, -LARGEST, LARGEST)
    away = np.where(rounded == 0, np.sign(values) * unit, rounded) + 0.0
    return away.astype(np.float32)


def one_digit(values: Array) -> Array:
    """The first decimal digit alone: 200000 for 238233.2."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** np.floor(np.log10(np.abs(values.astype(np.float64))))
        rounded = np.rint(values / scale) * scale
    return np.where(np.isfinite(rounded), rounded, values).astype(np.float32)


FILLS: tuple[Fill, ...] = (zeros, ones, whole, halves, sixteenths, one_digit)
# A variance of 0 is nobody's example.
POSITIVE = ("running_var",)


def settle(
    case: Case, names: tuple[str, ...], holds: Holds, fills: tuple[Fill, ...], deeply: bool
) -> Case:
    """The case with its operands as plain as `holds` allows; as a whole only, or deeply."""
    for fill in fills:
        for place, values in enumerate(case.operands):
            positive = place < len(names) and names[place] in POSITIVE
            if values is None or (positive and fill is zeros):
                continue
            case = fill_in(case, place, fill, holds, 0, values.size, deeply)
    return case


def fill_in(
    case: Case,
    place: int,
    fill: Fill,
    holds: Holds,
    start: int,
    stop: int,
    deeply: bool,
) -> Case:
    """Fill elements [start, stop) of one operand, or as many of them as may be, by halving."""
    values = case.operands[place]
    assert values is not None
    flat = values.reshape(-1).copy()
    flat[start:stop] = fill(flat[start:stop])
    if np.array_equal(flat, values.reshape(-1), equal_nan=True):
        return case
    operands = (*case.operands[:place], flat.reshape(values.shape), *case.operands[place + 1 :])
    filled = Case(operands, case.attributes)
    if holds(filled):
        return filled
    if not deeply or stop - start <= 1 or values.size > FINEST:
        return case
    middle = (start + stop) // 2
    case = fill_in(case, place, fill, holds, start, middle, deeply)
    return fill_in(case, place, fill, holds, middle, stop, deeply)
