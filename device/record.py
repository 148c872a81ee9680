"""What a variant launches, as plain data: enough to launch it again without clgold.

A rehearsal fills it: the variant runs with a launcher that notes every launch and starts none, so
that kernels which crash or hang are recorded too.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference.spec import Shape

if TYPE_CHECKING:
    from .memory import DeviceArray

Argument = tuple[str, Any]


@dataclass(frozen=True)
class Buffer:
    """An array of the run; `operand` is its place among the operands, None for the variant's own.

    The variant's own arrays are full of memory.POISON before the first launch.
    """

    name: str
    shape: Shape
    dtype: str
    operand: int | None = None


@dataclass(frozen=True)
class Launch:
    """One launch. Its arguments are pairs of a kind and a value:

    ("buffer", place among the buffers), ("local", bytes), ("null", None), ("bytes", hexadecimal)
    for a vector, a NumPy type and a number ("int32", 3), or ("unknown", a type that is none of it).
    """

    source: str
    entry: str
    global_size: tuple[int, ...]
    local_size: tuple[int, ...] | None
    arguments: tuple[Argument, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """A whole run. `results` names the buffers that are compared: the layer, "" for the output.

    A result that is None is an array which the run did not make: one of an earlier run.
    """

    buffers: tuple[Buffer, ...]
    launches: tuple[Launch, ...]
    results: Mapping[str, int | None]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(value: Mapping[str, Any]) -> Record:
    """The record that `to_json` gave, after JSON has made lists of its tuples."""
    return Record(
        tuple(Buffer(**{**one, "shape": tuple(one["shape"])}) for one in value["buffers"]),
        tuple(
            Launch(
                one["source"],
                one["entry"],
                tuple(one["global_size"]),
                None if one["local_size"] is None else tuple(one["local_size"]),
                tuple((kind, given) for kind, given in one["arguments"]),
                tuple(one["options"]),
            )
            for one in value["launches"]
        ),
        dict(value["results"]),
    )


@dataclass(eq=False)
class Recorder:
    """Notes the launches of one rehearsal; arrays are told apart by their memory."""

    arrays: "list[DeviceArray]"  # the operands that are there, and then what the launcher makes
    launches: list[Launch] = field(default_factory=list)

    def note(
        self,
        source: str,
        entry: str,
        global_size: tuple[int, ...],
        local_size: tuple[int, ...] | None,
        bound: list[Any],
        options: tuple[str, ...],
    ) -> None:
        """A launch with its arguments as pyopencl gets them."""
        local = None if local_size is None else tuple(map(int, local_size))
        arguments = tuple(map(self.described, bound))
        size = tuple(map(int, global_size))
        self.launches.append(Launch(source, entry, size, local, arguments, tuple(options)))

    def described(self, value: Any) -> Argument:
        """A bound argument as a pair of kind and value."""
        import pyopencl as cl

        if value is None:
            return "null", None
        if isinstance(value, cl.LocalMemory):
            return "local", int(value.size)
        if isinstance(value, cl.Buffer):
            place = self.place(value)
            if place is None:
                return "unknown", "memory that cl did not make"
            made = self.arrays[place].made
            return ("unknown", made) if made else ("buffer", place)
        if isinstance(value, cl.Image):
            return "unknown", "an image"
        if isinstance(value, np.void):
            return "bytes", value.tobytes().hex()
        if isinstance(value, np.generic):
            return value.dtype.name, value.item()
        return "unknown", type(value).__name__

    def place(self, buffer: Any) -> int | None:
        """The place of the array that stands in this memory."""
        places = [k for k, array in enumerate(self.arrays) if array.buffer == buffer]
        return places[0] if places else None

    def record(self, operands: "tuple[DeviceArray | None, ...]", kept: Mapping[str, Any]) -> Record:
        """The rehearsal's record; `kept` are the arrays to be compared, the output under ""."""
        places = {id(o): k for k, o in enumerate(operands) if o is not None}
        buffers = tuple(
            Buffer(one.name, tuple(one.shape), one.dtype.name, places.get(id(one)))
            for one in self.arrays
        )
        results = {layer: self.place(array.buffer) for layer, array in kept.items()}
        return Record(buffers, tuple(self.launches), results)
