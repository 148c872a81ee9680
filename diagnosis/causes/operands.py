"""Wrong conventions that follow from a layer's operands and attributes, as rows.

The first word of a row is a key, "weight: KH KW reversed", for which usual.py may have a name.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from clgold.reference import Enclosure, Layer
from clgold.reference.layer import Array

from ..rearrange import orders
from .attributes import attribute_rows
from .axes import Axes, Change, Move, axes_of, moves, place
from .cause import Link, Row
from .outputs import rewritten
from .wrongly import again, sizes, with_operand

# What does nothing but take its input in the order in which it lies in memory.
FLAT = ("flatten", "reshape")


def derived_rows(layer: Layer) -> Iterator[Row]:
    """Everything that the layer's declaration gives rise to."""
    if not layer.variadic:
        for k in range(len(layer.operands)):
            # An only element's place is that of the output, whose moves are tried anyway.
            if layer.per != "element" or len(layer.operands) > 1:
                yield from operand_rows(layer, k)
            if layer.operands[k].optional and layer.operands[k].values == "offset":
                yield absent_row(layer, k)
    yield from attribute_rows(layer)


def operand_rows(layer: Layer, k: int) -> Iterator[Row]:
    """Of the operand at that place its moves, of every layout once."""
    operand, summed = layer.operands[k], axes_of(tuple(layer.sums.split()))
    hands_back = layer.gradient is not None and bool(layer.sums)
    lossy, known = operand.role != "activation" or hands_back, set[str]()
    for own in sorted(map(axes_of, filter(None, operand.layouts)), key=len, reverse=True):
        for move in moves(own, summed, lossy):
            if move.key not in known:
                known.add(move.key)
                change = with_operand(k, partial(changed, move.change))
                says = f"{operand.name} {move.says}"
                yield f"{operand.name}: {move.key}", says, remedy(operand.name, own, move), change
        for order in orders(len(own)) if layer.name in FLAT else ():
            letters = ", ".join(own[axis] for axis in order)
            change = with_operand(k, partial(changed, partial(rewritten, order)))
            key = f"{operand.name}: to {letters.replace(',', '')}"
            yield key, f"{operand.name} stored as ({letters})", index(operand.name, own), change


def absent_row(layer: Layer, k: int) -> Row:
    """What is added, if it is there, is 1 where it is not."""
    name = layer.operands[k].name
    says, change = f"an absent {name} taken for ones", f"leave {name} out where it is absent"
    return f"absent {name} ones", says, change, partial(filled, k)


def filled(k: int, link: Link) -> Enclosure | None:
    """The layer with an absent operand full of ones."""
    size, (axes,) = sizes(link), link.layer.operands[k].layouts
    if link.operands[k] is not None or not all(axis in size for axis in axes):
        return None
    operands = [*link.layer.complete(link.operands)]
    operands[k] = Enclosure(np.ones([size[axis] for axis in axes]))
    return again(link, *operands)


def changed(change: Change, values: Array, **_: Any) -> Array | None:
    return change(values)


def index(operand: str, own: Axes) -> str:
    return f"index {operand} as {place(own)}"


def remedy(operand: str, own: Axes, move: Move) -> str:
    """What to change in the kernel."""
    if operand == "input" and move.key == "N first":
        return "add n times an image's size to the input's index"
    if move.remedy == "index":
        return index(operand, own)
    if move.remedy == "loop":
        return f"let the loops run over every element of {operand}"
    return "set the lanes beyond the last whole block to 0"
