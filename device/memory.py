"""Device memory that shows what a kernel did to it: poisoned, and guarded on both sides."""

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clgold.reference.spec import Shape

if TYPE_CHECKING:
    import pyopencl as cl

# Quiet NaNs with payloads of our own. What still holds POISON was never written; a kernel that
# reads beyond an array reads NaN, and one that writes there destroys its guard. Every array has a
# guard pattern of its own: a kernel that runs over all its arrays' ends copies one onto another.
POISON = np.array(0x7FC5A5A5, np.uint32)
GUARDS = (np.array(0x7FC80000 + n % 2**17, np.uint32) for n in itertools.count())
GUARD_BYTES = 4096
PIECE = 2**22  # elements that are compared at a time: large weights need no second copy


@dataclass(frozen=True, eq=False)
class DeviceArray:
    """An array on the device. `host` is what it held when it was last written on our behalf."""

    name: str
    shape: Shape
    dtype: np.dtype
    buffer: "cl.Buffer"
    whole: "cl.Buffer"  # the buffer with its guard zones
    guard: int  # bytes of each guard zone
    pattern: np.ndarray  # what each word of them holds
    host: np.ndarray | None = None
    layout: str = "NCHW"

    @property
    def nbytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    @property
    def guarded(self) -> int:
        """Where the guard zone behind it starts, in bytes: fills go by whole words."""
        return self.guard + whole_words(self.nbytes)


def whole_words(nbytes: int) -> int:
    """`nbytes` rounded up to a multiple of 4."""
    return -(-nbytes // 4) * 4


def allocate(
    queue: "cl.CommandQueue", name: str, shape: Shape, dtype: np.dtype, guard: int
) -> DeviceArray:
    """An array full of POISON between two guard zones of `guard` bytes."""
    import pyopencl as cl

    nbytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    filled, pattern = whole_words(nbytes), next(GUARDS)
    whole = cl.Buffer(queue.context, cl.mem_flags.READ_WRITE, guard + filled + guard)
    if guard:
        cl.enqueue_fill_buffer(queue, whole, POISON, guard, filled)
        cl.enqueue_fill_buffer(queue, whole, pattern, 0, guard)
        cl.enqueue_fill_buffer(queue, whole, pattern, guard + filled, guard)
    else:
        # The simulator takes for initialised what the host's last write covered, and sees a fill
        # as many writes of one word.
        cl.enqueue_copy(queue, whole, np.full(filled // 4, POISON), is_blocking=True)
    buffer = whole.get_sub_region(guard, nbytes) if guard else whole
    return DeviceArray(name, shape, dtype, buffer, whole, guard, pattern)


def upload(queue: "cl.CommandQueue", name: str, values: np.ndarray, guard: int) -> DeviceArray:
    """A copy of `values` on the device."""
    import pyopencl as cl

    host = np.ascontiguousarray(values)
    array = allocate(queue, name, host.shape, host.dtype, guard)
    cl.enqueue_copy(queue, array.buffer, host, is_blocking=True)
    return replace(array, host=host)


def download(queue: "cl.CommandQueue", array: DeviceArray) -> np.ndarray:
    """The array's values now."""
    import pyopencl as cl

    values = np.empty(array.shape, array.dtype)
    cl.enqueue_copy(queue, values, array.buffer, is_blocking=True)
    return values


def changed(queue: "cl.CommandQueue", array: DeviceArray) -> int:
    """How many elements are not, bit for bit, what the host last knew of them."""
    import pyopencl as cl

    if array.host is None:
        return 0
    before = bits(array.host).ravel()
    now = np.empty(min(PIECE, before.size), before.dtype)
    count = 0
    for start in range(0, before.size, PIECE):
        old = before[start : start + PIECE]
        new, offset = now[: old.size], start * array.dtype.itemsize
        cl.enqueue_copy(queue, new, array.buffer, src_offset=offset, is_blocking=True)
        count += int(np.count_nonzero(new != old))
    return count


def bits(values: np.ndarray) -> np.ndarray:
    """The array's bits, so that NaN equals itself and −0 differs from 0."""
    return np.ascontiguousarray(values).view(np.dtype(f"u{values.dtype.itemsize}"))


def damage(queue: "cl.CommandQueue", array: DeviceArray) -> str:
    """How far a kernel wrote beyond the array, as words; empty when it did not."""
    import pyopencl as cl

    if not array.guard:
        return ""
    zone = np.empty(array.guard // 4, np.uint32)
    for side, offset in (("before", 0), ("after", array.guarded)):
        cl.enqueue_copy(queue, zone, array.whole, src_offset=offset, is_blocking=True)
        touched = np.flatnonzero(zone != array.pattern)
        if touched.size:
            nearest = touched[0] if side == "after" else zone.size - 1 - touched[-1]
            return (
                f"wrote {touched.size} elements {side} {array.name} {list(array.shape)}, "
                f"the nearest {nearest + 1} beyond its {'end' if side == 'after' else 'start'}"
            )
    return ""
