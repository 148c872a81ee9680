"""How a rank comes by what it reads of an array, and by what it is judged: each by a path."""

from dataclasses import dataclass

import numpy as np

from clgold.ranks import Array, Rect, nothing, transfers

from .comm import Comm, Parts


@dataclass(frozen=True)
class Arrived:
    """What a rank was sent, or has itself, of an array: by rank, with its Rect."""

    values: Parts
    rects: dict[int, Rect]


def exchange(array: Array, mine: np.ndarray, comm: Comm) -> np.ndarray:
    """What this rank reads, float32: the sum of what all ranks wrote there, in their order.

    mine is what this rank wrote. The order of addition does not depend on who is first.
    """
    return assemble(array, comm.rank, receive(array, mine, comm))


def receive(array: Array, mine: np.ndarray, comm: Comm) -> Arrived:
    """Every part of what this rank reads, its own included."""
    rects = {m.source: m.rect for m in transfers(array) if m.target == comm.rank}
    sent = {m.target: m.rect for m in transfers(array) if m.source == comm.rank}
    own = array.held[comm.rank] & array.reads[comm.rank]
    return travel(array, mine, comm, sent, rects, own, second=False)


def witness(array: Array, mine: np.ndarray, comm: Comm) -> Arrived:
    """By the path on which transfers are checked: those parts, and what lies around them."""
    held = array.held
    rects = {
        m.source: seen_rect(held[m.source], m.rect)
        for m in transfers(array)
        if m.target == comm.rank
    }
    sent = {
        m.target: seen_rect(held[comm.rank], m.rect)
        for m in transfers(array)
        if m.source == comm.rank
    }
    has_part = (held[comm.rank] & array.reads[comm.rank]).count
    own = held[comm.rank] if has_part else nothing(len(array.shape))
    return travel(array, mine, comm, sent, rects, own, second=True)


def travel(
    array: Array,
    mine: np.ndarray,
    comm: Comm,
    sent: dict[int, Rect],
    rects: dict[int, Rect],
    own: Rect,
    second: bool,
) -> Arrived:
    """Send these Rects of what this rank wrote, and wait for those that others send."""
    held = array.held[comm.rank]
    parts = {target: mine[held.place(rect)] for target, rect in sent.items()}
    shapes = {source: rect.size for source, rect in rects.items()}
    arrived = comm.exchange(f"the transfer of {array.name}", parts, shapes, second)
    if own.count:
        arrived[comm.rank] = np.array(mine[held.place(own)])
        rects = {**rects, comm.rank: own}
    return Arrived(arrived, rects)


def assemble(array: Array, rank: int, parts: Arrived) -> np.ndarray:
    """The parts in their places: added up where they are partial sums, else copied.

    What no part covers is 0 in a sum, and stays NaN where a copy is due.
    """
    needed = array.reads[rank]
    found = np.full(needed.size, 0.0 if array.partial else np.nan, np.float32)
    for source in sorted(parts.values):
        place = needed.place(parts.rects[source])
        if array.partial:
            found[place] += parts.values[source]
        else:
            found[place] = parts.values[source]
    return found


LITTLE = 2**20  # elements


def seen_rect(wrote: Rect, wanted: Rect) -> Rect:
    """What the second path brings of what a source wrote: all, where that is little; else the
    part and one element more on every side.
    """
    if wrote.count <= LITTLE:
        return wrote
    grown = Rect(tuple(o - 1 for o in wanted.origin), tuple(n + 2 for n in wanted.size))
    return grown & wrote


def cut_parts(array: Array, rank: int, seen: Arrived) -> Arrived:
    """The parts that a rank reads, out of what it has seen of each source."""
    values, rects = {}, {}
    for source, more in seen.values.items():
        rect = array.held[source] & array.reads[rank]
        values[source] = more[seen.rects[source].place(rect)]
        rects[source] = rect
    return Arrived(values, rects)
