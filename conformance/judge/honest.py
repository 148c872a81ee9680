"""Honest float32: sums of products as careful kernels form them, in any order, in NumPy.

Whatever a layer adds up is a matrix product of rows (M, K) and columns (K, L), or several; here
each product and each addition is rounded to float32. A bias is the last product, with 1. The other
layers of a chain are correctly computed and rounded once.
"""

from collections.abc import Callable, Iterable
from math import prod

import numpy as np

from clgold.reference import Question
from clgold.reference.evaluate import Operands
from clgold.reference.generator import uniform
from clgold.reference.question import Step
from clgold.reference.spec import Shape
from clgold.reference.winograd import Winograd

Array = np.ndarray
Order = Callable[[Array, Array], Array]

# Products beyond which honest sums are not formed: some seconds of work.
MOST_PRODUCTS = 2**28


def in_turn(rows: Array, columns: Array, places: Iterable[int]) -> Array:
    """rows (…, M, K) @ columns (…, K, L) in float32, one product after another, in that turn."""
    total = np.zeros((*rows.shape[:-1], columns.shape[-1]), np.float32)
    if total.size == 1:  # of millions of products, as a gain's gradient is
        turn = np.fromiter(places, np.int64)
        products = rows.reshape(-1)[turn] * columns.reshape(-1)[turn]
        return total + np.add.accumulate(products)[-1]
    for k in places:
        total += rows[..., k, np.newaxis] * columns[..., k, np.newaxis, :]
    return total


def sequential(rows: Array, columns: Array) -> Array:
    """From the first product to the last, which is the bias where there is one."""
    return in_turn(rows, columns, range(rows.shape[-1]))


def backwards(rows: Array, columns: Array) -> Array:
    """From the bias on, and the last product to the first."""
    return in_turn(rows, columns, reversed(range(rows.shape[-1])))


def bias_at(share: float) -> Order:
    """From the first product to the last, with the bias at that share of the way."""

    def order(rows: Array, columns: Array) -> Array:
        others = list(range(rows.shape[-1] - 1))
        others.insert(int(share * len(others)), len(others))
        return in_turn(rows, columns, others)

    return order


def lanes(count: int) -> Order:
    """So many sums side by side, each of every count-th product, added up at the end."""

    def order(rows: Array, columns: Array) -> Array:
        depth = rows.shape[-1]
        total = in_turn(rows, columns, range(0, depth, count))
        for lane in range(1, min(count, depth)):
            total += in_turn(rows, columns, range(lane, depth, count))
        return total

    return order


def pairwise(rows: Array, columns: Array) -> Array:
    """As a tree of sums of halves."""
    depth = rows.shape[-1]
    if depth == 1:
        return rows * columns
    half = depth // 2
    first = pairwise(rows[..., :half], columns[..., :half, :])
    return first + pairwise(rows[..., half:], columns[..., half:, :])


def shuffled(seed: int) -> Order:
    """In a turn of its own; from the bias on where the seed is even."""

    def order(rows: Array, columns: Array) -> Array:
        draws = uniform(seed, "order", (rows.shape[-1],), 0, 1)
        if seed % 2 == 0:
            draws[-1] = -1.0
        return in_turn(rows, columns, np.argsort(draws).tolist())

    return order


# What is always formed: an order, and the one in which the bias and what came last weigh most.
ORDERS: tuple[Order, ...] = (sequential, backwards)
# What is formed where those alone would reject: any order of the same data is as honest. Sums that
# start at a large bias, or are all positive, are off by tens of u·mag, each by a luck of its own:
# of a few elements it takes two dozen orders to see how much (tests/harness/orders_test.py).
MORE_ORDERS: tuple[Order, ...] = (
    *(bias_at(0.0), bias_at(0.5), lanes(4), lanes(8), lanes(16), pairwise),
    *(shuffled(seed) for seed in range(24)),
)


def sums(question: Question) -> list[tuple[int, int]]:
    """For each layer that sums products: how many products a sum has, and how many sums it has."""
    found: list[tuple[int, int]] = []
    shapes = dict(zip(question.attributes, question.outputs, strict=True))

    def count(step: Step, given: tuple[Shape | None, ...]) -> Shape:
        shape = shapes[step.layer.name]
        if step.layer.honest is not None:
            found.append((step.layer.depth(given, step.attributes), prod(shape)))
        return shape

    question.fold(count, question.shapes)
    return found


def fewest_terms(question: Question) -> int:
    """How many terms that are not zero the shortest of the first sums has, at least 1."""
    least: list[int] = []

    def compute(step: Step, given: Operands) -> Array | None:
        if step.layer.honest is not None and not least:
            present = (None if a is None else (a != 0).astype(np.float64) for a in given)
            counts = step.layer.formula(*present, **step.attributes)
            least.append(max(1, int(counts[counts > 0].min(initial=counts.max()))))
        # What follows the first sum counts for nothing.
        return given[0] if least else in_doubles(step, given)

    question.fold(compute)
    return least[0] if least else 1


def products(question: Question) -> int:
    """How many products all sums of the question have together."""
    return sum(depth * count for depth, count in sums(question))


def possible(question: Question) -> bool:
    """Whether there are sums, and not too many to be formed honestly."""
    return 0 < products(question) <= MOST_PRODUCTS


def evaluate(
    question: Question, order: Order, winograd: Winograd | None = None
) -> dict[str, Array]:
    """Every layer's output in float32, its sums in this order; convolutions by `winograd`."""
    shapes = dict(zip(question.attributes, question.outputs, strict=True))

    def compute(step: Step, given: Operands) -> Array:
        layer = step.layer
        if layer.honest is None:
            return in_doubles(step, given).astype(layer.dtype)
        form: Callable[..., Array] = layer.honest
        if winograd is not None and layer.name == winograd.layer:
            form = winograd.honest
        return form(order, *given, **step.attributes).reshape(shapes[layer.name])

    with np.errstate(all="ignore"):  # what overflows here is allowed to
        return question.fold(compute)


def in_doubles(step: Step, given: Operands) -> Array:
    """A layer's value in float64."""
    doubles = (None if a is None else a.astype(np.float64) for a in given)
    return np.asarray(step.layer.formula(*doubles, **step.attributes))
