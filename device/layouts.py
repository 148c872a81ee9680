"""Layouts that a variant may ask for: how an array's axes stand in memory.

    NHWC                     an order of the axes; N C H W of images, O I H W of filters
    NC4HW4, N32HWC32         an axis in blocks, of 4 channels or 32 images, a block's lanes last
    NCHW pitch 16            rows that begin at multiples of 16 elements
    SY SX TY TX KY KX C M    an order of the axes of local2d's filters

NCHW16c is short for channels in blocks. Lanes and columns that hold no element are padding.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from clgold.reference.spec import Shape

PLAIN = "NCHW"  # that of the reference, and of every array whose layout nobody declares
BASES = (
    *map(tuple, ("NCHW", "OIHW", "NC", "OI")),
    ("M", "TY", "TX", "C", "KY", "KX", "SY", "SX"),
)
WORD = re.compile(r"((?:[A-Z][0-9]*)*?[A-Z])(?:([0-9]+)c?)?(?: pitch ([0-9]+))?")


@dataclass(frozen=True)
class Layout:
    """Axes in the order in which they stand; `split` is the one in blocks of `block` lanes."""

    text: str
    base: tuple[str, ...]
    order: tuple[str, ...]
    split: str = ""
    block: int = 1
    pitch: int = 1

    @cached_property
    def axes(self) -> tuple[int, ...]:
        """The base's axes in their order; behind the split one its lanes count as one."""
        names = [part for axis in self.base for part in self.parts(axis)]
        lanes = [f"{self.split} lane"] if self.split else []
        return tuple(names.index(name) for name in (*self.order, *lanes))

    def parts(self, axis: str) -> tuple[str, ...]:
        return (axis, f"{axis} lane") if axis == self.split else (axis,)

    def lengths(self, shape: Shape) -> Shape:
        """The base's axes, blocks and lanes for the split one."""
        found: list[int] = []
        for axis, length in zip(self.base, shape, strict=True):
            found += [-(-length // self.block), self.block] if axis == self.split else [length]
        return tuple(found)

    def stored(self, shape: Shape) -> Shape:
        """The shape in memory of an array of that shape."""
        lengths = self.lengths(shape)
        *found, last = (lengths[axis] for axis in self.axes)
        return (*found, -(-last // self.pitch) * self.pitch)

    def pads(self, shape: Shape) -> bool:
        """Whether memory has lanes or columns that hold no element of an array of that shape."""
        return prod(self.stored(shape)) != prod(shape)

    def pack(self, values: np.ndarray, padding: float | np.ndarray) -> np.ndarray:
        """The values as they stand in memory, `padding` where no element stands."""
        lengths = self.lengths(values.shape)
        if self.split:
            axis = self.base.index(self.split)
            whole = list(values.shape)
            whole[axis] = lengths[axis] * self.block
            if whole[axis] != values.shape[axis]:
                full = np.full(whole, padding, values.dtype)
                full[tuple(map(slice, values.shape))] = values
                values = full
        moved = values.reshape(lengths).transpose(self.axes)
        stored = np.empty(
            (*moved.shape[:-1], -(-moved.shape[-1] // self.pitch) * self.pitch), values.dtype
        )
        stored[..., : moved.shape[-1]] = moved
        stored[..., moved.shape[-1] :] = padding
        return stored

    def unpack(self, stored: np.ndarray, shape: Shape) -> np.ndarray:
        """The values of an array of that shape, out of memory."""
        lengths = self.lengths(shape)
        moved = stored.reshape(self.stored(shape))[..., : lengths[self.axes[-1]]]
        values = moved.transpose(np.argsort(self.axes))
        if self.split:
            axis = self.base.index(self.split)
            values = values.reshape(*shape[:axis], -1, *shape[axis + 1 :])
        return np.ascontiguousarray(values[tuple(map(slice, shape))])


def find_layout(text: str) -> Layout:
    """The layout of that name; ValueError, a sentence, where it is none."""
    words = tuple(text.split(" "))
    if found := next((one for one in BASES if sorted(one) == sorted(words)), None):
        return Layout(text, found, words)
    match = WORD.fullmatch(text)
    axes, block, pitch = match.groups() if match else ("", None, None)
    tokens = re.findall(r"([A-Z])([0-9]*)", axes)
    order = tuple(axis for axis, _ in tokens)
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
