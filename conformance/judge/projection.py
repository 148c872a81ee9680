"""A first look at a large product: sums of its rows with random signs, in place of all of them.

A layer that sums products is linear in its images (a weight's gradient in its filters). So what it
gives for a sum of images is the sum of what it gives for each, and a few sums see every element, at
the price of as many images. A result passes by them only where it is as near as honest float32 sums
are; what they do not settle is evaluated whole. Freivalds, "Probabilistic machines can use less
running time", 1977.

One wrong element among N shows from about √N honest errors on, far below its bound where sums are
long; a few rows, drawn by seed, are judged element by element besides. Where the operands are such
that every sum is exact (the exact probe), so are sums of rows: then there is no error at all, and
factors of 16 bits in place of signs leave two wrong elements no way to cancel.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clgold.reference import Profile, Question, ask
from clgold.reference.generator import integers
from clgold.reference.grid import exact_below
from clgold.reference.profile import BINARY64

from .compare import Comparison, compare

Array = np.ndarray

SUMS = 2  # with other signs: where one wrong element hides in another, it does so in one of them
BY_SUMS = "by sums of rows"
LARGE = 2**27  # products, from which on a first look is quicker
FEWEST = 8  # rows; of fewer there is nothing to gain
# An honest sum strays by about u·Σ|a||b|, in either direction, so N of them by √N times that. The
# worst of 12.8 million outputs, of 1600 products each, was 0.99 of it.
FACTOR = 4.0
FACTORS = 2**15  # of rows, where sums are exact


@dataclass(frozen=True)
class Rows:
    """What a result has along an axis, `place`, and the axis of the one operand that gives it.

    sized   the attribute that names the output's size
    """

    place: int
    operand: int
    axis: int
    count: int
    sized: str


def rows_of(question: Question, place: int = 0) -> Rows | None:
    """The rows along an axis of the output; None where the layer is not linear in them."""
    (layer, *more) = question.chain.layers
    names = layer.output.split()
    if more or layer.honest is None or place >= len(names):
        return None
    axis = names[place]
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
    given_at = question.declared[number].layout(values.ndim).index(axis)
    return Rows(place, number, given_at, question.shape[place], sized[0] if sized else "")


def first_look(
    question: Question, got: Array, profile: Profile, seed: int = 0
) -> Comparison | None:
    """pass, where sums of rows settle it; None where all has to be evaluated."""
    rows = rows_of(question)
    if rows is None or not is_large(question):
        return None
    if got.shape != question.shape or got.dtype != np.float32 or not np.isfinite(got).all():
        return None
    if exact(question, rows, profile):
        return exactly(question, rows, got, seed)
    sampled = sample(question, rows, got, profile, seed)
    if sampled is None:
        return None
    signs = 2.0 * integers(seed, "signs", (SUMS, rows.count), 0, 1) - 1.0
    value = evaluate(question, rows, signs, absolute=False)
    magnitude = evaluate(question, rows, np.ones((1, rows.count)), absolute=True)
    error = np.abs(project(got, 0, signs) - value)
    honest = FACTOR * profile.u * magnitude / np.sqrt(rows.count)
    bound = profile.summed(depth(question), depth(question)) * magnitude
    least = np.minimum(honest, bound) + rows.count * depth(question) * profile.smallest_normal
    if not np.all(error <= least):
        return None
    used = float(np.max(error / np.maximum(bound, np.finfo(np.float64).tiny), initial=0.0))
    used = max(used, sampled.budget_used)
    return Comparison("pass", BY_SUMS, 0, got.size, used, worst=sampled.worst)


def exact(question: Question, rows: Rows, profile: Profile) -> bool:
    """Whether no sum of products can round, nor a sum of rows in float64."""
    x, w = (one for one in question.operands if one is not None)
    most = depth(question) * float(np.abs(x).max()) * float(np.abs(w).max())
    below = exact_below(profile, x, w, None)
    in_float64 = below * profile.u / BINARY64.u
    return most < below and rows.count * FACTORS * most < in_float64


def exactly(question: Question, rows: Rows, got: Array, seed: int) -> Comparison | None:
    """pass, where sums of rows are what they must be to the last bit."""
    factors = integers(seed, "factors", (SUMS, rows.count), 1, FACTORS).astype(np.float64)
    value = evaluate(question, rows, factors, absolute=False)
    if not np.array_equal(project(got, 0, factors), value):
        return None
    return Comparison("pass", f"{BY_SUMS}, exact", 0, got.size)


def is_large(question: Question) -> bool:
    """Whether sums of rows are worth while."""
    rows = rows_of(question)
    return rows is not None and rows.count >= FEWEST and products(question) >= LARGE


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
        size = list(attributes[rows.sized])
        size[rows.place] = count
        attributes[rows.sized] = tuple(size)
    return attributes


def part(question: Question, rows: Rows, chosen: Array | slice) -> Question:
    """The question of some rows alone."""
    values = question.operands[rows.operand]
    assert values is not None
    index = (slice(None),) * rows.axis + (chosen,)
    cut = np.asarray(values[index], order="C")
    operands = tuple(
        cut if number == rows.operand else one for number, one in enumerate(question.operands)
    )
    return ask(question.chain, operands, resized(question, rows, cut.shape[rows.axis]))


def sample(
    question: Question, rows: Rows, got: Array, profile: Profile, seed: int
) -> Comparison | None:
    """One row in 50, at least one, element by element; None where one fails."""
    count = -(-rows.count // 50)
    chosen = np.unique(integers(seed, "sample", (count,), 0, rows.count - 1))
    few = part(question, rows, chosen)
    found = compare(got[chosen], few.answer(profile), np.float32)
    if found.verdict != "pass" or found.worst is None:
        return None
    first, *rest = found.worst.index
    return replace(found, worst=replace(found.worst, index=(int(chosen[first]), *rest)))
