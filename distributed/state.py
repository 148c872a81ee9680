"""What a rank keeps from node to node: sums that gradients are added to, and weights.

They are judged like transfers, from the node that left them to the one that reads them.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clgold.conformance.judge.compare import Comparison, compare
from clgold.reference import Enclosure

Array = np.ndarray

NOT_CLEARED = "the gradient is not set to zero before it is added up"
STALE = "the weights are those of before the update"
TWICE = "the update is made twice"
FIRST_SUM = 7.0  # neither 0 nor NaN: a sum that is not cleared shows, and can be named
LITTLE = 2**22  # bytes, of which a copy is kept; of more a checksum

Clear = Callable[[str, Array, Array], Array]
Keep = Callable[[str, Array, Array], Array]


def cleared(name: str, old: Array, zero: Array) -> Array:
    """What a gradient is added to: what set_zero left, not what there was."""
    return zero


def kept(name: str, old: Array, new: Array) -> Array:
    """The weights behind an update: those that it left."""
    return new


@dataclass(frozen=True)
class Left:
    """What an update left of weights, and what they were before; of much the checksum alone."""

    checksum: int
    new: Array | None
    old: Array | None


def checksum(values: Array) -> int:
    """Of the bits."""
    return zlib.crc32(np.ascontiguousarray(values).data)


def leave(old: Array, new: Array) -> Left:
    little = new.nbytes <= LITTLE
    return Left(checksum(new), *((new, old) if little else (None, None)))


def judge_sum(start: Array) -> tuple[Comparison, tuple[str, ...]]:
    """Whether a gradient starts at 0."""
    if not start.any():
        return Comparison("pass", count=start.size), ()
    found = compare(start, Enclosure(np.zeros(start.shape)), np.float32)
    return found, () if found.verdict == "pass" else (NOT_CLEARED,)


def judge_weights(held: Array, left: Left) -> tuple[Comparison, tuple[str, ...]]:
    """Whether the weights are what the last update left."""
    if checksum(held) == left.checksum:
        return Comparison("pass", count=held.size), ()
    if left.new is None or left.old is None:
        message = "not what the update left: another checksum"
        return Comparison("wrong", message, held.size, held.size), ()
    found = compare(held, Enclosure(left.new.astype(np.float64)), np.float32)
    if np.array_equal(held, left.old):
        return found, (STALE,)
    step = left.new.astype(np.float64) - left.old
    # The second step rounds as the first one did, and the difference that stands for it too.
    slack = 2.0**-22 * (np.abs(left.new) + np.abs(left.old))
    again = np.all(np.abs(held - (left.new + step)) <= slack)
    return found, (TWICE,) if again else ()
