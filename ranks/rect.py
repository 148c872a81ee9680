"""A part of an array: where it begins and how large it is, axis by axis."""

from dataclasses import dataclass
from math import prod

from clgold.reference.spec import Shape


@dataclass(frozen=True)
class Rect:
    """The elements from `origin` on, `size` along every axis; none where a size is 0."""

    origin: Shape
    size: Shape

    def __and__(self, other: "Rect") -> "Rect":
        """What both have in common."""
        starts = [max(pair) for pair in zip(self.origin, other.origin, strict=True)]
        ends = [min(pair) for pair in zip(self.end, other.end, strict=True)]
        size = [max(0, end - start) for start, end in zip(starts, ends, strict=True)]
        return Rect(tuple(starts), tuple(size)) if all(size) else nothing(len(size))

    def hull(self, other: "Rect") -> "Rect":
        """The smallest Rect that has all of both."""
        if not self.count or not other.count:
            return self if self.count else other
        starts = [min(pair) for pair in zip(self.origin, other.origin, strict=True)]
        ends = [max(pair) for pair in zip(self.end, other.end, strict=True)]
        size = (end - start for start, end in zip(starts, ends, strict=True))
        return Rect(tuple(starts), tuple(size))

    @property
    def end(self) -> Shape:
        """The first index behind it, on every axis."""
        return tuple(o + n for o, n in zip(self.origin, self.size, strict=True))

    @property
    def count(self) -> int:
        """How many elements."""
        return prod(self.size)

    def place(self, inner: "Rect") -> tuple[slice, ...]:
        """`inner`, which lies within, as slices of an array that holds this Rect alone."""
        starts = (i - o for o, i in zip(self.origin, inner.origin, strict=True))
        return tuple(slice(s, s + n) for s, n in zip(starts, inner.size, strict=True))

    def with_axis(self, axis: int, origin: int, size: int) -> "Rect":
        """The same along all other axes."""
        origins, sizes = list(self.origin), list(self.size)
        origins[axis], sizes[axis] = origin, size
        return Rect(tuple(origins), tuple(sizes))

    def __str__(self) -> str:
        return f"Rect({list(self.origin)}, {list(self.size)})"


def nothing(axes: int) -> Rect:
    """No element of an array with so many axes."""
    return Rect((0,) * axes, (0,) * axes)


def whole(shape: Shape) -> Rect:
    """Every element of an array."""
    return Rect((0,) * len(shape), tuple(shape))


def split(length: int, parts: int, part: int) -> tuple[int, int]:
    """Origin and size of a part; the first `length mod parts` are one longer: 41 is 21 and 20."""
    size, longer = divmod(length, parts)
    return part * size + min(part, longer), size + (part < longer)
