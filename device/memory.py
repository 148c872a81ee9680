"""Device memory that shows what a kernel did to it: poisoned, and guarded on both sides."""

import itertools
import math
import mmap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from clgold.reference.poison import POISON, bits
from clgold.reference.spec import Shape

from .layouts import PLAIN

if TYPE_CHECKING:
    import pyopencl as cl

# Quiet NaNs with payloads of our own, as POISON is. A kernel that writes beyond an array destroys
# its guard. Every array has a guard pattern of its own: a kernel that runs over all its arrays'
# ends copies one onto another.
GUARDS = (np.array(0x7FC80000 + n % 2**17, np.uint32) for n in itertools.count())
GUARD_BYTES = 2**16  # of a guard zone; it grows with its array
MOST_GUARD_BYTES = 2**20  # so that large weights take little more memory than they do
FAR_BYTES = 48 * 2**20  # around a variant's first output: an index that slipped goes far
PIECE = 2**22  # elements that are compared at a time: large weights need no second copy


class Held(Protocol):
    """An array on a device. `host` is what it held when it was last written on our behalf."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> Shape: ...
    @property
    def dtype(self) -> np.dtype: ...
    @property
    def host(self) -> np.ndarray | None: ...


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
    layout: str = PLAIN
    stored: Shape | None = None  # the shape in memory, of another layout
    filled: bool = False  # with host's numbers, which are no operand's, or stand otherwise

    @property
    def nbytes(self) -> int:
        return int(np.prod(self.in_memory, dtype=np.int64)) * self.dtype.itemsize

    @property
    def in_memory(self) -> Shape:
        """The shape of what stands in memory."""
        return self.shape if self.stored is None else self.stored

    def reshape(self, shape: Shape) -> "DeviceArray":
        """The same memory under another shape; ValueError where it is one of another size."""
        if math.prod(shape) * self.dtype.itemsize != self.nbytes:
            raise ValueError(f"reshape {list(self.shape)} to {list(shape)}: not as many elements")
        return replace(self, shape=tuple(shape), stored=None, layout=PLAIN)

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

    host = np.asarray(values, order="C")  # ascontiguousarray would give a number an axis
    array = allocate(queue, name, host.shape, host.dtype, guard)
    cl.enqueue_copy(queue, array.buffer, host, is_blocking=True)
    let_go(host)
    return replace(array, host=host)


def let_go(values: np.ndarray) -> None:
    """Give back the pages of a mapped file, as large weights are: they come again when read.

    Without that a worker holds VGG-16's weights twice, 1.6 GB in all.
    """
    base: Any = values
    while base is not None and not isinstance(base, mmap.mmap):
        base = getattr(base, "base", None)
    if base is not None and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def copied(queue: "cl.CommandQueue", array: DeviceArray, guard: int) -> DeviceArray:
    """A copy of what an array holds now."""
    import pyopencl as cl

    made = allocate(queue, array.name, array.in_memory, array.dtype, guard)
    cl.enqueue_copy(queue, made.buffer, array.buffer, byte_count=array.nbytes)
    queue.finish()
    return replace(made, shape=array.shape, stored=array.stored, layout=array.layout)


def download(queue: "cl.CommandQueue", array: DeviceArray) -> np.ndarray:
    """The array's values now."""
    import pyopencl as cl

    values = np.empty(array.in_memory, array.dtype)
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
        let_go(array.host)
    return count


def damage(queue: "cl.CommandQueue", array: DeviceArray) -> str:
    """How far a kernel wrote beyond the array, as words; empty when it did not. It is mended."""
    for side, start in (("before", 0), ("after", array.guarded)):
        touched = written(queue, array, start)
        if touched.size:
            words = array.guard // 4
            nearest = words - int(touched[-1]) if side == "before" else int(touched[0]) + 1
            mend(queue, array)
            return (
                f"wrote {touched.size} elements {side} {array.name} {list(array.shape)}, "
                f"the nearest {nearest} beyond its {'end' if side == 'after' else 'start'}"
            )
    return ""


def written(queue: "cl.CommandQueue", array: DeviceArray, start: int) -> np.ndarray:
    """Which words of the guard zone that starts there do not hold its pattern."""
    import pyopencl as cl

    found = [np.empty(0, np.int64)]
    for offset in range(0, array.guard, 4 * PIECE):
        zone = np.empty(min(PIECE, (array.guard - offset) // 4), np.uint32)
        cl.enqueue_copy(queue, zone, array.whole, src_offset=start + offset, is_blocking=True)
        found.append(np.flatnonzero(zone != array.pattern) + offset // 4)
    return np.concatenate(found)


def mend(queue: "cl.CommandQueue", array: DeviceArray) -> None:
    """Restore the guard zones, and the values as the host knows them: the next run is another's."""
    import pyopencl as cl

    for start in (0, array.guarded) if array.guard else ():
        cl.enqueue_fill_buffer(queue, array.whole, array.pattern, start, array.guard)
    if array.host is not None:
        cl.enqueue_copy(queue, array.buffer, array.host, is_blocking=True)
