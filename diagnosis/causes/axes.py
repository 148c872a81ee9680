"""Wrong conventions that follow from an operand's axes: read, lost, stored otherwise.

A span is one axis, or several taken for one: two neighbours, those summed over, all but the first,
or all of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from clgold.reference.layer import Array
from clgold.reference.operands import ANY, AXES

from ..rearrange import merged, one_along, orders, pitched, restored, shifted

Change = Callable[[Array], Array | None]
Axes = tuple[str, ...]
# (shape, own length) → for how long an axis is taken.
Length = Callable[[Sequence[int], int], int]

READ = {
    "reversed": "with its {1} in reverse order",
    "first": "with its first {0} for every one",
    "last": "with its last {0} for every one",
    "next": "with the next {0} for each",
    "before": "with the {0} before for each",
}
KEPT: dict[str, tuple[str, Callable[[int], slice]]] = {
    "but the last": ("without its last {0}", lambda n: slice(n - 1)),
    "but the first": ("without its first {0}", lambda n: slice(1, n)),
    "last alone": ("of which the last {0} alone counts", lambda n: slice(n - 1, n)),
    "first alone": ("of which the first {0} alone counts", lambda n: slice(1)),
    "every second": ("of which every second {0} counts", lambda n: slice(0, n, 2)),
}
BLOCKS = (4, 8, 16, 32)
STEPS = {"next": 1, "before": -1}


@dataclass(frozen=True)
class Move:
    """A rearrangement of one operand.

    key     "KH KW reversed"; of an operand with one axis "reversed"
    says    what follows the operand's name: "with its kernel rows in reverse order"
    remedy  which sentence says how to mend it: "index", "loop" or "lanes"
    """

    key: str
    says: str
    remedy: str
    change: Change


def axes_of(layout: Axes) -> Axes:
    """The names of a layout's axes, of any number of them up to four."""
    names = tuple(name.split("/")[0] for name in layout)
    return (*names[:-1], *"NCHW"[len(names) - 1 :]) if ANY in names else names


def moves(axes: Axes, summed: Sequence[str] = (), lossy: bool = True) -> Iterator[Move]:
    """Every move of an operand with these axes; without what loses values unless lossy."""
    for first, last in spans(axes, summed):
        names = axes[first : last + 1]
        key = " ".join(names) + " " if len(axes) > 1 else ""
        words = called(names)
        yield from readings(key, words, first, last)
        if lossy:
            yield from losses(key, words, first, last)
        if first == last:
            yield from pitches(key, words[1], first, axes)
        if first == last and lossy:
            yield from lanes(key, words[1], first)
    for order in orders(len(axes)) if len(axes) > 1 else ():
        key = " ".join(axes[k] for k in order)
        says = f"read as ({', '.join(axes[k] for k in order)})"
        yield Move(f"as {key}", says, "index", partial(reread, order))


def readings(key: str, words: tuple[str, str], first: int, last: int) -> Iterator[Move]:
    """Other places of a span; a step further is the same for several axes as for the last."""
    for name, says in READ.items():
        if first == last or name not in STEPS:
            change = partial(taken, first, last, name)
            yield Move(f"{key}{name}", says.format(*words), "index", change)


def called(names: Sequence[str]) -> tuple[str, str]:
    """What one index of a span is called, and many."""
    if len(names) > 2:
        return f"element of ({', '.join(names)})", f"elements of ({', '.join(names)})"
    words = list(dict.fromkeys(AXES.get(axis, "element") for axis in names))
    return " and ".join(words), " and ".join(f"{word}s" for word in words)


def spans(axes: Sequence[str], summed: Sequence[str] = ()) -> list[tuple[int, int]]:
    """First and last axis of every span."""
    count = len(axes)
    singles = [(k, k) for k in range(count)]
    pairs = [(k, k + 1) for k in range(count - 1)]
    within = [k for k, axis in enumerate(axes) if axis in summed]
    runs = [(min(within), max(within))] if len(within) > 2 else []
    rest = [(min(1, count - 1), count - 1), (0, count - 1)]
    return list(dict.fromkeys([*singles, *pairs, *runs, *rest]))


def losses(key: str, words: tuple[str, str], first: int, last: int) -> Iterator[Move]:
    """Values that do not count."""
    for name, (says, kept) in KEPT.items():
        yield Move(f"{key}{name}", says.format(*words), "loop", partial(lost, first, last, kept))
    for block in BLOCKS if last - first != 1 else ():
        says = f"without its {words[1]} beyond whole blocks of {block}"
        kept = partial(whole_blocks, block)
        yield Move(f"{key}rest {block}", says, "loop", partial(lost, first, last, kept))


def pitches(key: str, many: str, axis: int, axes: Axes) -> Iterator[Move]:
    """An axis that is taken for longer or shorter than it is: by one, as another, as a multiple."""
    found: dict[str, tuple[str, Length]] = {
        f"pitch {block}": (f"whole blocks of {block}", partial(rounded_up, block))
        for block in BLOCKS[:-1]
    }
    for other, name in enumerate(axes):
        if other != axis:
            found[f"pitch {name}"] = f"axis {name}", partial(length_of, other)
    found["pitch one more"] = "one more than there are", lambda shape, own: own + 1
    found["pitch one less"] = "one less than there are", lambda shape, own: own - 1
    for name, (says, length) in found.items():
        change = partial(repitched, axis, length)
        yield Move(f"{key}{name}", f"with {many} at a pitch of {says}", "index", change)


def rounded_up(block: int, _: Sequence[int], own: int) -> int:
    return -(-own // block) * block


def length_of(axis: int, shape: Sequence[int], _: int) -> int:
    return shape[axis] if axis < len(shape) else 0


def repitched(axis: int, length: Length, values: Array) -> Array | None:
    """The values at another pitch; None where the operand has not this axis, or no other pitch."""
    if axis >= values.ndim or values.shape[axis] == 0:
        return None
    pitch = length(values.shape, values.shape[axis])
    return None if pitch in (0, values.shape[axis]) else pitched(values, axis, pitch)


def lanes(key: str, many: str, axis: int) -> Iterator[Move]:
    """An axis that is summed block by block."""
    for block in BLOCKS[:-1]:
        says = f"with {many} in blocks of {block}, whose idle lanes repeat the block before"
        yield Move(f"{key}lanes {block}", says, "lanes", partial(leftovers, axis, block))


def whole_blocks(block: int, count: int) -> slice:
    return slice(count // block * block)


def taken(first: int, last: int, name: str, values: Array) -> Array | None:
    """The span in another order; None where the operand has not these axes."""
    if last >= values.ndim:
        return None
    if name in STEPS:
        return shifted(values, last, STEPS[name])
    flat = values.reshape(merged(values.shape, first, last)) if first < last else values
    index = one_along(name, flat.shape[first])
    return None if index is None else flat.take(index, axis=first).reshape(values.shape)


def lost(first: int, last: int, kept: Callable[[int], slice], values: Array) -> Array | None:
    """0 for all of the span but what is kept."""
    if last >= values.ndim:
        return None
    shape = merged(values.shape, first, last)
    zeros, at = np.zeros(shape), (slice(None),) * first + (kept(shape[first]),)
    if not zeros[at].size:  # a sum of nothing
        return None
    zeros[at] = values.reshape(shape)[at]
    return zeros.reshape(values.shape)


def leftovers(axis: int, block: int, values: Array) -> Array | None:
    """Twice what the last block's idle lanes repeat: the values of the block before."""
    count = values.shape[axis] if axis < values.ndim else 0
    used = count % block
    if count < block or used == 0:
        return None
    twice = values.copy()
    twice[(slice(None),) * axis + (slice(count - block, count - used),)] *= 2
    return twice


def reread(order: tuple[int, ...], values: Array) -> Array | None:
    """The values taken for stored with their axes in that order."""
    if values.ndim != len(order):
        return None
    return restored(np.ascontiguousarray(values), values.shape, order)


def place(axes: Axes) -> str:
    """The index in memory: "((m·C + c)·KH + kh)·KW + kw"."""
    words = axes[0].lower()
    for k, axis in enumerate(axes[1:], 1):
        words = f"{'(' * (k > 1)}{words}{')' * (k > 1)}·{axis} + {axis.lower()}"
    return words
