"""Orders in which programs store (N, C, H, W) and other arrays: permuted, blocked, padded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from math import prod

import numpy as np

Array = np.ndarray
Shape = tuple[int, ...]

LETTERS = {1: "F", 2: "NF", 3: "NCL", 4: "NCHW"}
BLOCKS = (4, 8, 16, 32, 2)
# How images, blocks of channels, rows and columns may follow one another.
OUTER = ((0, 1, 2, 3), (0, 2, 1, 3), (1, 0, 2, 3), (1, 2, 3, 0))


@dataclass(frozen=True)
class Ordering:
    """One order: its name, and `restore`, from the flat buffer to an array of the shape."""

    name: str
    restore: Callable[[Array], Array]


def orderings(size: int, shape: Shape) -> Iterator[Ordering]:
    """Every order in which a buffer of so many elements may hold an array of the shape.

    The plain one comes first if it fits, then the usual ones. A buffer that is larger than the
    array is padded: in its rows, its pixels, its channels, or at its end.
    """
    if not shape or 0 in shape:
        return
    if size == prod(shape):
        yield from permuted(shape)
        yield from swapped_features(shape)
    if len(shape) == 4:
        yield from blocked(size, shape)
    if size > prod(shape):
        yield from pitched(size, shape)
        yield Ordering(
            f"the expected order, {size - prod(shape)} elements more at its end",
            lambda flat: flat[: prod(shape)].reshape(shape),
        )


def permuted(shape: Shape) -> Iterator[Ordering]:
    """Every permutation of the axes, the plain one first, NHWC second."""
    letters = LETTERS.get(len(shape))
    if letters is None:
        yield Ordering("the expected order", lambda flat: flat.reshape(shape))
        return
    for axes in sorted(permutations(range(len(shape))), key=usual):
        name = "".join(letters[axis] for axis in axes)
        words = f"{name} order (axes {', '.join(map(str, axes))})"
        plain = axes == (*range(len(shape)),)
        yield Ordering("the expected order" if plain else words, transposing(shape, axes))


def usual(axes: tuple[int, ...]) -> tuple[bool, ...]:
    """Sorts axes: as they are, NHWC, CHWN, HWCN, NCWH, then all others."""
    common = ((0, 2, 3, 1), (1, 2, 3, 0), (2, 3, 1, 0), (0, 1, 3, 2))
    return (list(axes) != sorted(axes), *(axes != one for one in common))


def transposing(shape: Shape, axes: tuple[int, ...]) -> Callable[[Array], Array]:
    stored = tuple(shape[axis] for axis in axes)
    back = tuple(int(axis) for axis in np.argsort(axes))
    return lambda flat: flat.reshape(stored).transpose(back)


def swapped_features(shape: Shape) -> Iterator[Ordering]:
    """The features of a vector that was an image, stored with its channels last."""
    if len(shape) > 2:
        return
    features = shape[-1]
    for channels in range(2, features // 2 + 1):
        if features % channels == 0:
            words = f"features of {channels} channels, the channel last"
            yield Ordering(words, unmixing(shape, channels))


def unmixing(shape: Shape, channels: int) -> Callable[[Array], Array]:
    stored = (*shape[:-1], shape[-1] // channels, channels)
    return lambda flat: flat.reshape(stored).swapaxes(-1, -2).reshape(shape)


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
            yield Ordering(words, unblocking(shape, axes, block))


def unblocking(shape: Shape, axes: tuple[int, ...], block: int) -> Callable[[Array], Array]:
    n, c, h, w = shape
    count = -(-c // block)
    stored = (*((n, count, h, w)[axis] for axis in axes), block)
    back = (axes.index(0), axes.index(1), 4, axes.index(2), axes.index(3))
    whole = (n, count * block, h, w)
    return lambda flat: flat.reshape(stored).transpose(back).reshape(whole)[:, :c]


def pitched(size: int, shape: Shape) -> Iterator[Ordering]:
    """One axis longer than it need be, in the plain order or with the channels last.

    The pitch of the rows, of the columns or of the channels; or a border around each image.
    """
    orders = [tuple(range(len(shape)))]
    orders += [(0, 2, 3, 1)] if len(shape) == 4 else []
    letters = LETTERS.get(len(shape)) or [f"axis {axis}" for axis in range(len(shape))]
    for axes in orders:
        stored = tuple(shape[axis] for axis in axes)
        for place in range(len(stored) - 1, -1, -1):
            others = prod(stored) // stored[place]
            pitch = size // others
            if size % others == 0 and pitch > stored[place]:
                known = len(shape) in LETTERS
                name = "".join(letters[axis] for axis in axes) if known else "the expected"
                yield Ordering(
                    f"{name} order, {letters[axes[place]]} padded from {stored[place]} to {pitch}",
                    slicing(shape, axes, {place: (0, pitch)}),
                )
    if len(shape) == 4:
        yield from framed(size, shape)


def framed(size: int, shape: Shape) -> Iterator[Ordering]:
    """Images with a border of equal width on all sides."""
    n, c, h, w = shape
    for width in range(1, 8):
        if size == n * c * (h + 2 * width) * (w + 2 * width):
            frame = {2: (width, h + 2 * width), 3: (width, w + 2 * width)}
            yield Ordering(
                f"NCHW order, a border of {width} around each image",
                slicing(shape, (0, 1, 2, 3), frame),
            )


def slicing(
    shape: Shape, axes: tuple[int, ...], padded: dict[int, tuple[int, int]]
) -> Callable[[Array], Array]:
    """Undoes a permutation of axes of which some, by their place, are padded: (offset, length)."""
    inner = tuple(shape[axis] for axis in axes)
    stored = tuple(padded[k][1] if k in padded else size for k, size in enumerate(inner))
    offsets = (padded[k][0] if k in padded else 0 for k in range(len(inner)))
    window = tuple(slice(o, o + size) for o, size in zip(offsets, inner, strict=True))
    back = tuple(int(axis) for axis in np.argsort(axes))
    return lambda flat: flat.reshape(stored)[window].transpose(back)
