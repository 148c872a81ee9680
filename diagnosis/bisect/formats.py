"""How another program keeps its numbers, and how far that alone may put them off."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from clgold.reference import BFLOAT16, FLOAT16, FULL, Enclosure, Profile
from clgold.reference.grid import grid_step
from clgold.reference.spec import InputError

Array = np.ndarray

STORED = {"float32": "<f4", "float16": "<f2", "bfloat16": "<u2", "int8": "i1", "uint8": "u1"}
WHOLE = ("int8", "uint8")
# Half the distance of two subnormal numbers of float16, and all of it where bits are cut off.
LAST = {"float16": 2.0**-24, "bfloat16": 2.0**-133}
# Different numbers that show a format.
ENOUGH = 4


@dataclass(frozen=True)
class Format:
    """Numbers of STORED's dtypes; a whole number q stands for scale · (q − zero)."""

    name: str = "float32"
    scale: float = 1.0
    zero: int = 0

    @property
    def profile(self) -> Profile:
        """What arithmetic may have made these numbers: what is whole was rounded once, at last."""
        return {"float16": FLOAT16, "bfloat16": BFLOAT16}.get(self.name, FULL)

    @property
    def stored(self) -> np.dtype:
        return np.dtype(STORED[self.name])

    def widen(self, kept: Array) -> Array:
        """float32 of numbers as they are kept."""
        if self.name in WHOLE:
            return (self.scale * (kept.astype(np.float64) - self.zero)).astype(np.float32)
        if self.name == "bfloat16":
            return (kept.astype(np.uint32) << 16).view(np.float32)
        return kept.astype(np.float32)

    def nearest(self, values: Array) -> Array:
        """float32 values rounded to 16 bits; as they are in a format of others."""
        if self.name == "float16":
            with np.errstate(over="ignore"):
                return values.astype(np.float16).astype(np.float32)
        if self.name == "bfloat16":
            bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
            rounded = (bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
            return np.where(np.isnan(values), values, rounded.view(np.float32))
        return values

    def keep(self, right: Enclosure) -> Enclosure:
        """What may be kept of what a kernel may give: rounded to nearest, or cut off.

        A whole number is off by less than its scale, and ends where its bits do.
        """
        if self.name == "float32":
            return right
        value, radius = right.value, right.radius
        if self.name in WHOLE:
            ends = np.iinfo(self.stored)
            low, high = (self.scale * (end - self.zero) for end in (ends.min, ends.max))
            return Enclosure(np.clip(value, low, high), radius + self.scale, right.choices)
        size = np.where(np.isfinite(value), np.abs(value), 0.0) + radius
        off = radius + 2 * self.profile.u * size + LAST[self.name]
        return Enclosure(
            value, np.where(off + size > self.profile.largest, np.inf, off), right.choices
        )

    def holds(self, values: Array) -> bool:
        """Whether all of these float32 numbers are of the format."""
        same = self.nearest(values) == values
        return bool(np.all(same | ~np.isfinite(values)))


FLOAT32 = Format()


def shown(values: Array) -> str:
    """The narrow format of which all these numbers are; empty where that may be by chance.

    Few numbers, and multiples of a step, as whole numbers are, may be of any format.
    """
    numbers = np.abs(values[np.isfinite(values)].astype(np.float64))
    for name in ("bfloat16", "float16"):  # nearly all of bfloat16 are of float16, too
        if numbers.any() and Format(name).holds(values):
            steps = float(numbers.max()) / grid_step(numbers)
            return (
                name
                if np.unique(numbers).size >= ENOUGH and steps * Format(name).profile.u > 2
                else ""
            )
    return ""


def coarsest(formats: Iterable[Format]) -> Profile:
    """What arithmetic a dump of these formats may come of."""
    return max((one.profile for one in formats), key=lambda one: one.u, default=FULL)


def named(where: str, name: str, scale: object, zero: object) -> Format:
    """The format of a description; InputError, a sentence, where it is none."""
    if name not in STORED:
        raise InputError(f"{where}: dtype {name!r}, expected one of {', '.join(STORED)}")
    if name not in WHOLE:
        if scale is not None or zero is not None:
            raise InputError(f"{where}: scale and zero_point are for {' and '.join(WHOLE)}")
        return Format(name)
    if not isinstance(scale, int | float) or not 0 < scale < np.inf:
        raise InputError(f"{where}: {name} needs a scale above 0: value = scale · (q − zero_point)")
    ends, none = np.iinfo(STORED[name]), 0 if zero is None else zero
    if not isinstance(none, int) or not ends.min <= none <= ends.max:
        raise InputError(f"{where}: zero_point {zero!r}, expected {ends.min} to {ends.max}")
    return Format(name, float(scale), none)
