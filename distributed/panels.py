"""A large kernel in panels, so that no large array is ever there twice, nor as float64.

A panel is a part of the result along one axis: of a product, along one that a single operand gives
(filters, features), whose part it reads beside the whole of the other one; of what goes element by
element, along the first axis. Each is a question of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clgold.conformance.judge.compare import Comparison
from clgold.conformance.judge.elementwise import by_element
from clgold.conformance.judge.projection import part, rows_of
from clgold.reference import Question, ask

# Elements of a panel. To judge every one takes a dozen arrays of float64, sums of rows few.
PRODUCTS, ELEMENTS = 2**22, 2**20


@dataclass(frozen=True, eq=False)
class Panel:
    """The question of a part, and its place in the result."""

    question: Question
    place: tuple[slice, ...]


def panels(question: Question) -> Iterator[Panel]:
    """The question in parts of the result, in order; whole where it is small, or cannot be cut."""
    elementwise = by_element(question) or question.chain.layers[0].per == "element"
    axes = [0] if elementwise else product_axes(question)
    if not axes:
        yield Panel(question, ())
        return
    (axis, *_) = axes
    length = question.shape[axis]
    count = min(length, -(-largest(question, axis, elementwise) // most(elementwise)))
    step = -(-length // max(1, count))
    if step >= length:
        yield Panel(question, ())
        return
    for start in range(0, length, step):
        chosen = slice(start, start + step)
        place = (slice(None),) * axis + (chosen,)
        yield Panel(cut(question, axis, chosen, elementwise), place)


def most(elementwise: bool) -> int:
    return ELEMENTS if elementwise else PRODUCTS


def product_axes(question: Question) -> list[int]:
    """The axes along which a product's result may be cut; not its rows, which are summed up."""
    count = len(question.shape)
    return [place for place in range(1, count) if rows_of(question, place) is not None]


def largest(question: Question, axis: int, elementwise: bool) -> int:
    """Elements of the largest array that is cut."""
    sizes = [int(np.prod(question.shape))]
    if not elementwise:
        rows = rows_of(question, axis)
        assert rows is not None
        values = question.operands[rows.operand]
        assert values is not None
        sizes.append(values.size)
    return max(sizes)


def cut(question: Question, axis: int, chosen: slice, elementwise: bool) -> Question:
    """The question of a part of the result."""
    if not elementwise:
        rows = rows_of(question, axis)
        assert rows is not None
        return part(question, rows, chosen)
    shape = question.shape

    def own(values: Any) -> Any:
        whole = values is None or values.ndim < len(shape) or values.shape[0] != shape[0]
        return values if whole else values[chosen]

    return ask(question.chain, tuple(map(own, question.operands)), question.flat)


def together(found: Sequence[Comparison], places: Sequence[tuple[slice, ...]]) -> Comparison:
    """One verdict on all panels: the worst one's, its element as it stands in the result."""
    if len(found) == 1:
        return found[0]
    number = max(
        range(len(found)), key=lambda k: (found[k].verdict != "pass", found[k].budget_used)
    )
    worst, precision = found[number].worst, [one.precision or 0.0 for one in found]
    if worst is not None:
        starts = [one.start or 0 for one in places[number]]
        starts += [0] * (len(worst.index) - len(starts))
        index = tuple(i + start for i, start in zip(worst.index, starts, strict=True))
        worst = replace(worst, index=index)
    return replace(
        found[number],
        failed=sum(one.failed for one in found),
        count=sum(one.count for one in found),
        precision=max(precision) or None,
        worst=worst,
    )
