"""Plainer data: zeros, ones, small integers, so that a person can follow the sum."""

from collections.abc import Callable
from functools import partial

import numpy as np

from clgold.reference import Question

Array = np.ndarray
Holds = Callable[[Question], bool]
Fill = Callable[[Array], Array]

LARGEST = 9.0  # of the integers that are tried
FINEST = 4096  # operands of more elements are only tried as a whole


def ones(values: Array) -> Array:
    """1 where there is anything."""
    return np.where(values == 0, values, np.ones_like(values))


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


MULTIPLES = tuple(partial(nearest, unit=unit) for unit in (1.0, 0.5, 0.0625))
FILLS: tuple[Fill, ...] = (np.zeros_like, ones, *MULTIPLES, one_digit)


def settle(case: Question, holds: Holds, fills: tuple[Fill, ...], deeply: bool) -> Question:
    """The question with its operands as plain as `holds` allows; as a whole only, or deeply."""
    for fill in fills:
        for place, values in enumerate(case.operands):
            # A variance of 0 is nobody's example.
            positive = case.declared[place].values == "positive"
            if values is not None and not (positive and fill is np.zeros_like):
                finest = FINEST if deeply else 0
                case = fill_in(case, place, fill, holds, slice(0, values.size), finest)
    return case


def fill_in(
    case: Question, place: int, fill: Fill, holds: Holds, part: slice, finest: int
) -> Question:
    """Fill a part of one operand's elements, or as many of them as may be, by halving.

    Those of an operand of more than `finest` elements as a whole or not at all.
    """
    values = case.operands[place]
    assert values is not None
    flat = values.reshape(-1).copy()
    flat[part] = fill(flat[part])
    if np.array_equal(flat, values.reshape(-1), equal_nan=True):
        return case
    operands = (*case.operands[:place], flat.reshape(values.shape), *case.operands[place + 1 :])
    filled = case.with_operands(operands)
    if holds(filled):
        return filled
    if part.stop - part.start <= 1 or values.size > finest:
        return case
    middle = (part.start + part.stop) // 2
    for half in (slice(part.start, middle), slice(middle, part.stop)):
        case = fill_in(case, place, fill, holds, half, finest)
    return case
