"""What goes from rank to rank: of an array whatever one writes and another reads.

What a rank reads is the sum of what the others wrote there. Halo exchange, halo addition,
reduce-scatter, all-gather and all-reduce are this one rule with other Rects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .rect import Rect, whole
from .work import Array


@dataclass(frozen=True)
class Transfer:
    """A message: the Rect that one rank wrote and another reads."""

    source: int
    target: int
    rect: Rect

    @property
    def bytes(self) -> int:
        return 4 * self.rect.count


def transfers(array: Array) -> tuple[Transfer, ...]:
    """Every message that an array needs; none to a rank that wrote all that it reads."""
    if array.writes is None or array.kind == "data":
        return ()
    found = (
        Transfer(source, target, wrote & needed)
        for target, needed in enumerate(array.reads)
        for source, wrote in enumerate(array.writes)
        if source != target and (array.partial or array.writes[target] & needed != needed)
    )
    return tuple(one for one in found if one.rect.count)


def pattern(array: Array) -> str:
    """What the communication is called; "" where there is none."""
    if array.writes is None or not transfers(array):
        return ""
    whole_writes = all(rect == whole(array.shape) for rect in array.writes)
    whole_reads = all(rect == whole(array.shape) for rect in array.reads)
    both = len(array.writes) > 1 and overlap(array.writes), overlap(array.reads)
    if whole_writes and whole_reads:
        return "all-reduce"
    if whole_writes and not both[1]:
        return "reduce-scatter"
    if whole_reads and not both[0]:
        return "all-gather"
    if not both[0] and sum(rect == whole(array.shape) for rect in array.reads) == 1:
        return "gather"
    if both == (True, False):
        return "halo addition"
    return "halo exchange" if not both[0] else "redistribution"


def overlap(rects: Sequence[Rect]) -> bool:
    """Whether two of them have an element in common."""
    return any((a & b).count for k, a in enumerate(rects) for b in rects[:k])


def uncovered(array: Array) -> tuple[int, ...]:
    """The ranks that read what nobody writes; of a partial sum the sum of nothing is 0."""
    if array.writes is None or array.partial:
        return ()
    return tuple(
        rank
        for rank, needed in enumerate(array.reads)
        if any(True for _ in remainder(needed, array.writes))
    )


def remainder(needed: Rect, given: Sequence[Rect]) -> Iterator[Rect]:
    """What of a Rect lies in none of the others, in pieces."""
    pieces = [needed] if needed.count else []
    for other in given:
        pieces = [rest for piece in pieces for rest in without(piece, other)]
    yield from pieces


def without(piece: Rect, other: Rect) -> Iterator[Rect]:
    """The piece less what it has in common with another, cut along the axes in turn."""
    common = piece & other
    if not common.count:
        yield piece
        return
    for axis, (start, end) in enumerate(zip(common.origin, common.end, strict=True)):
        first, last = piece.origin[axis], piece.end[axis]
        if first < start:
            yield piece.with_axis(axis, first, start - first)
        if end < last:
            yield piece.with_axis(axis, end, last - end)
        piece = piece.with_axis(axis, start, end - start)
