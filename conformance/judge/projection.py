"""A first look at a large product: sums of its rows with random signs, in place of all of them.

A layer that sums products is linear in its images (a weight's gradient in its filters). So what it
gives for a sum of images is the sum of what it gives for each, and a few sums see every element, at
the price of as many images. A result passes by them only where it is as near as honest float32 sums
are; what they do not settle is evaluated whole. Freivalds, "Probabilistic machines can use less
running time", 1977.

One wrong element among N shows from about √N honest errors on, far below its bound where sums are
long; a few rows, drawn by seed, are judged element by element besides.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clgold.reference import Profile, Question, ask
from clgold.reference.generator import integers

from .compare import Comparison, compare

Array = np.ndarray

SUMS = 2  # with other signs: where one wrong element hides in another, it does so in one of them
LARGE = 2**27  # products, from which on a first look is quicker
FEWEST = 8  # rows; of fewer there is nothing to gain
# An honest sum strays by about u·Σ|a||b|, in either direction, so N of them by √N times that. The
# worst of 12.8 million outputs, of 1600 products each, was 0.99 of it.
FACTOR = 4.0


@dataclass(frozen=True)
class Rows:
    """Along which axis of which operand a result's rows are given; in `sized` its length stands."""

    operand: int
    axis: int
    count: int
    sized: str


def rows_of(question: Question) -> Rows | None:
    """The rows, along the first axis of the output; None where the layer is not linear in them."""
    (layer, *more) = question.chain.layers
    if more or layer.honest is None or not layer.output:
        return None
    axis = layer.output.split()[0]
    having = [
        number
        for number, (one, given) in enumerate(
            zip(question.declared, question.operands, strict=True)
        )
        if given is not None and axis in one.layout(given.ndim)
    ]
    given = [one for one in question.operands if one is not None]
    grouped = axis != "N" and question.attributes[layer.name].get("groups", 1) != 1
    if len(having) != 1 or len(given) != 2 or grouped:
        return None  # a bias is added once, and not to every row of a sum
    (number,) = having
    values = question.operands[number]
    assert values is not None
    sized = [name for name, one in layer.attributes.items() if one.kind == "size"]
    place = question.declared[number].layout(values.ndim).index(axis)
    return Rows(number, place, question.shape[0], sized[0] if sized else "")


def first_look(
    question: Question, got: Array, profile: Profile, seed: int = 0
) -> Comparison | None:
    """pass, where sums of rows settle it; None where all has to be evaluated."""
    rows = rows_of(question)
    if rows is None or rows.count < FEWEST or products(question) < LARGE:
        return None
    if got.shape != question.shape or got.dtype != np.float32 or not np.isfinite(got).all():
        return None
    sampled = sample(question, rows, got, profile, seed)
    if sampled is None:
        return None
    signs = 2.0 * integers(seed, "signs", (SUMS, rows.count), 0, 1) - 1.0
    value = evaluate(question, rows, signs, absolute=False)
    magnitude = evaluate(question, rows, np.ones((1, rows.count)), absolute=True)
    error = np.abs(np.tensordot(signs, got.astype(np.float64), 1) - value)
    honest = FACTOR * profile.u * magnitude / np.sqrt(rows.count)
    bound = profile.summed(depth(question), depth(question)) * magnitude
    least = np.minimum(honest, bound) + rows.count * depth(question) * profile.smallest_normal
    if not np.all(error <= least):
        return None
    used = float(np.max(error / np.maximum(bound, np.finfo(np.float64).tiny), initial=0.0))
    used = max(used, sampled.budget_used)
    return Comparison("pass", "by sums of rows", 0, got.size, used, worst=sampled.worst)


def products(question: Question) -> int:
    return int(np.prod(question.shape, dtype=np.int64)) * depth(question)


def depth(question: Question) -> int:
    """How many products are added up for one element, at most."""
    layer = question.chain.layers[0]
    return layer.depth(question.shapes, question.attributes[layer.name])


def evaluate(question: Question, rows: Rows, signs: Array, absolute: bool) -> Array:
    """The formula's float64 value for sums of rows, a sum for each row of `signs`."""
    layer = question.chain.layers[0]
    operands: list[Array | None] = []
    for number, values in enumerate(question.operands):
        if values is not None and absolute:
            values = np.abs(values)
        if values is not None and number == rows.operand:
            values = project(values, rows.axis, signs)
        operands.append(None if values is None else values.astype(np.float64, copy=False))
    attributes = resized(question, rows, len(signs))
    value: Array = np.asarray(layer.formula(*operands, **attributes))
    return value


def project(values: Array, axis: int, signs: Array) -> Array:
    """Σ_n s[k,n]·x[…,n,…] in place of the axis, row by row in float64."""
    moved = np.moveaxis(values, axis, 0)
    sums = np.zeros((len(signs), *moved.shape[1:]))
    for sign, one in zip(signs.T, moved, strict=True):
        sums += sign.reshape(-1, *[1] * one.ndim) * one
    return np.moveaxis(sums, 0, axis)


def resized(question: Question, rows: Rows, count: int) -> dict[str, Any]:
    """The layer's attributes for a result of so many rows."""
    attributes = dict(question.attributes[question.last])
    if rows.sized:
        attributes[rows.sized] = (count, *attributes[rows.sized][1:])
    return attributes


def sample(
    question: Question, rows: Rows, got: Array, profile: Profile, seed: int
) -> Comparison | None:
    """One row in 50, at least one, element by element; None where one fails."""
    count = -(-rows.count // 50)
    chosen = np.unique(integers(seed, "sample", (count,), 0, rows.count - 1))
    operands = tuple(
        np.ascontiguousarray(np.take(values, chosen, rows.axis))
        if values is not None and number == rows.operand
        else values
        for number, values in enumerate(question.operands)
    )
    few = ask(question.chain, operands, resized(question, rows, len(chosen)))
    found = compare(got[chosen], few.answer(profile), np.float32)
    if found.verdict != "pass" or found.worst is None:
        return None
    first, *rest = found.worst.index
    return replace(found, worst=replace(found.worst, index=(int(chosen[first]), *rest)))
