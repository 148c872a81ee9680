"""Orders in which programs store (N, C, H, W) and other arrays: permuted, blocked, padded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod

import numpy as np

from ..rearrange import COMMON, LETTERS, orders, restored

Array = np.ndarray
Shape = tuple[int, ...]

BLOCKS = (4, 8, 16, 32, 2)
# How images, blocks of channels, rows and columns may follow one another.
OUTER = ((0, 1, 2, 3), (0, 2, 1, 3), (1, 0, 2, 3), (1, 2, 3, 0))


@dataclass(frozen=True)
class Ordering:
    """One order: its name, and how an array lies in a buffer.

    shape   the array's
    apart   the same with an axis taken apart, such as channels in blocks, the last of which may
            hold more than there are
    order   the axes of `apart` as they follow one another in memory
    padded  of these, by their place, those that are longer in memory: (offset, length)
    """

    name: str
    shape: Shape
    apart: Shape
    order: tuple[int, ...]
    padded: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The name without what depends on the array's shape."""
        return self.name.partition(" (")[0].partition(" padded")[0]

    def restore(self, flat: Array) -> Array:
        """The array, out of the buffer."""
        held = restored(flat, self.apart, self.order, self.padded)
        if len(self.apart) == 5 and len(self.shape) == 4:
            n, c, h, w = self.shape
            return held.reshape(n, -1, h, w)[:, :c]
        return held.reshape(self.shape)


def orderings(size: int, shape: Shape) -> Iterator[Ordering]:
    """Every order in which a buffer of so many elements may hold an array of the shape.

    The plain one comes first if it fits, then the usual ones. A buffer that is larger than the
    array is padded: in its rows, its pixels, its channels, or at its end.
    """
    if not shape or 0 in shape:
        return
    own, more = tuple(range(len(shape))), size - prod(shape)
    if not more:
        yield Ordering("the expected order", shape, shape, own)
        yield from permuted(shape)
        yield from swapped_features(shape)
    if len(shape) == 4:
        yield from blocked(size, shape)
    if more > 0:
        yield from pitched(size, shape)
        yield Ordering(f"the expected order, {more} elements more at its end", shape, shape, own)


def kinds(shape: Shape) -> list[str]:
    """The kinds of order in which a program may keep all its images, the most usual ones first."""
    found = [f"{''.join(LETTERS[4][axis] for axis in axes)} order" for axes in COMMON[1:]]
    return found + [f"NCHW{block}c order" for block in BLOCKS if shape[1] > block]


def permuted(shape: Shape) -> Iterator[Ordering]:
    """Every permutation of the axes but their own, NHWC first."""
    letters = LETTERS.get(len(shape), "")
    for axes in orders(len(shape)) if letters else ():
        name = "".join(letters[axis] for axis in axes)
        words = f"{name} order (axes {', '.join(map(str, axes))})"
        yield Ordering(words, shape, shape, axes)


def swapped_features(shape: Shape) -> Iterator[Ordering]:
    """The features of a vector that was an image, stored with its channels last."""
    if len(shape) > 2:
        return
    *n, features = shape
    for channels in range(2, features // 2 + 1):
        if features % channels == 0:
            words = f"features of {channels} channels, the channel last"
            apart = (*n, channels, features // channels)
            order = (*range(len(n)), len(n) + 1, len(n))
            yield Ordering(words, shape, apart, order)


def blocked_sizes(shape: Shape) -> tuple[int, ...]:
    """How many numbers there are of images whose channels stand in blocks, the last one padded."""
    if len(shape) != 4:
        return ()
    n, c, h, w = shape
    return tuple(n * -(-c // block) * block * h * w for block in BLOCKS if c % block)


def blocked(size: int, shape: Shape) -> Iterator[Ordering]:
    """Channels in blocks, a block last: (N, C/b, H, W, b), (N, H, C/b, W, b), (C/b, …, b)."""
    n, c, h, w = shape
    for block in BLOCKS:
        count = -(-c // block)
        if size != n * count * block * h * w or count == 1:
            continue
        for axes in OUTER:
            name = "".join("NCHW"[axis] for axis in axes) + f"{block}c"
            padding = f", C padded from {c} to {count * block}" if c % block else ""
            words = f"{name} order (channels in blocks of {block}{padding})"
            order = (*((0, 1, 3, 4)[axis] for axis in axes), 2)
            yield Ordering(words, shape, (n, count, block, h, w), order)


def pitched(size: int, shape: Shape) -> Iterator[Ordering]:
    """One axis longer than it need be, in the plain order or with the channels last.

    The pitch of the rows, of the columns or of the channels; or a border around each image.
    """
    letters = LETTERS.get(len(shape), "")
    for axes in (tuple(range(len(shape))), *([(0, 2, 3, 1)] if len(shape) == 4 else ())):
        name = "".join(letters[axis] for axis in axes) if letters else "the expected"
        for place in reversed(range(len(axes))):
            long = shape[axes[place]]
            others = prod(shape) // long
            pitch = size // others
            if size % others == 0 and pitch > long:
                axis = letters[axes[place]] if letters else f"axis {axes[place]}"
                words = f"{name} order, {axis} padded from {long} to {pitch}"
                yield Ordering(words, shape, shape, axes, {place: (0, pitch)})
    if len(shape) == 4:
        yield from framed(size, shape)


def framed(size: int, shape: Shape) -> Iterator[Ordering]:
    """Images with a border of equal width on all sides."""
    n, c, h, w = shape
    for width in range(1, 8):
        if size == n * c * (h + 2 * width) * (w + 2 * width):
            frame = {2: (width, h + 2 * width), 3: (width, w + 2 * width)}
            words = f"NCHW order, a border of {width} around each image"
            yield Ordering(words, shape, shape, (0, 1, 2, 3), frame)
