"""Every single edit of a kernel that makes another kernel, most often a wrong one."""

from collections.abc import Callable, Iterator

from . import control, precision, values
from .edit import Edit
from .tokens import Function

FINDERS: tuple[Callable[[str, Function], Iterator[Edit]], ...] = (
    values.operators,
    values.dropped,
    values.constants,
    values.indices,
    values.calls,
    values.starts,
    control.statements,
    control.conditions,
    control.barriers,
    control.bounds,
    precision.precisions,
)


def edits(text: str, function: Function) -> Iterator[Edit]:
    """All of them, kind by kind, each in the order of the text."""
    for find in FINDERS:
        yield from find(text, function)
