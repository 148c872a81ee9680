"""Layouts that a variant may ask for: how an array's axes stand in memory.

    NHWC          an order of the axes; N C H W of images, O I H W of filters
    NC4HW4        channels in blocks of 4, a block's lanes last; NCHW16c is such a layout too
    NCHW pitch 16 rows that begin at multiples of 16 elements

Lanes and columns that hold no element are padding.
"""

import re
from dataclasses import dataclass
from math import prod

import numpy as np

from clgold.reference.spec import Shape

BASES = ("NCHW", "OIHW", "NC", "OI")
WORD = re.compile(r"((?:[A-Z][0-9]*)*?[A-Z])(?:([0-9]+)c?)?(?: pitch ([0-9]+))?")


@dataclass(frozen=True)
class Layout:
    """Axes in the order in which they stand; `split` is the one in blocks of `block` lanes."""

    text: str
    base: str
    order: str
    split: str = ""
    block: int = 1
    pitch: int = 1

    def stored(self, shape: Shape) -> Shape:
        """The shape in memory of an array of that shape."""
        lengths = dict(zip(self.base, shape, strict=True))
        if self.split:
            lengths[self.split] = -(-lengths[self.split] // self.block)
        found = [lengths[axis] for axis in self.order] + [self.block] * bool(self.split)
        found[-1] = -(-found[-1] // self.pitch) * self.pitch
        return tuple(found)

    def pack(self, values: np.ndarray, padding: float | np.ndarray) -> np.ndarray:
        """The values as they stand in memory, `padding` where no element stands."""
        stored = np.full(prod(self.stored(values.shape)), padding, values.dtype)
        stored[self.places(values.shape).ravel()] = values.ravel()
        return stored.reshape(self.stored(values.shape))

    def unpack(self, stored: np.ndarray, shape: Shape) -> np.ndarray:
        """The values of an array of that shape, out of memory."""
        return stored.ravel()[self.places(shape)]

    def places(self, shape: Shape) -> np.ndarray:
        """Of every element the place in memory."""
        index = dict(zip(self.base, np.indices(shape), strict=True))
        if self.split:
            index["lane"] = index[self.split] % self.block
            index[self.split] = index[self.split] // self.block
        names = [*self.order, *(["lane"] if self.split else [])]
        place = np.zeros(shape, np.int64)
        for name, length in zip(names, self.stored(shape), strict=True):
            place = place * length + index[name]
        return place


def find_layout(text: str) -> Layout:
    """The layout of that name; ValueError, a sentence, where it is none."""
    found = WORD.fullmatch(text)
    axes, block, pitch = found.groups() if found else ("", None, None)
    tokens = re.findall(r"([A-Z])([0-9]*)", axes)
    order = "".join(axis for axis, _ in tokens)
    marked = [(axis, lanes) for axis, lanes in tokens if lanes]
    if block and not marked and "C" in order:  # NCHW16c
        marked = [("C", block)]
    base = next((one for one in BASES if sorted(one) == sorted(order)), None)
    sizes = [int(one) for one in (block, pitch) if one]
    if base is None or marked not in ([], [(marked[0][0], block)] if block else []) or 0 in sizes:
        raise ValueError(
            f"layout {text!r}: expected one such as NHWC, OHWI, NC4HW4, NCHW16c or NCHW pitch 16"
        )
    split = marked[0][0] if marked else ""
    return Layout(text, base, order, split, int(block or 1), int(pitch or 1))
