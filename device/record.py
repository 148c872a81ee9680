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
    import pyopencl as cl

    from .memory import DeviceArray

Argument = tuple[str, Any]
# A copy of an array, an image of one, an array of an image.
STEPS = ("copy", "image", "array")
LARGEST = 2**24  # bytes of an array that the variant filled: more are not written down


@dataclass(frozen=True)
class Buffer:
    """An array of the run.

    shape    as it stands in memory
    operand  whose numbers it holds, by its place; None for an array of the variant's own
    content  of such a one before the first launch, hexadecimal; empty where that is memory.POISON
    fixed    whether it must come back as it was
    layout   of a result in another layout than the reference's
    """

    name: str
    shape: Shape
    dtype: str
    operand: int | None = None
    content: str = ""
    fixed: bool = False
    layout: str = ""


@dataclass(frozen=True)
class Launch:
    """One launch. Its arguments are pairs of a kind and a value:

    ("buffer", place among the buffers), ("image", number), ("local", bytes), ("null", None),
    ("bytes", hexadecimal) for a vector, a NumPy type and a number ("int32", 3), or ("unknown", a
    type that is none of it). Without a source it is a step between launches, its entry one of
    STEPS, its arguments from what to what, its size the shape of what passes.
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
    images: "list[cl.Image]" = field(default_factory=list)

    def step(self, entry: str, source: Any, target: Any, shape: Shape) -> None:
        """A copy, or an image of that shape that is made or read, between two launches."""
        self.images += [one for one in (target,) if entry == "image"]
        arguments = (self.described(source), self.described(target))
        self.launches.append(Launch("", entry, tuple(shape), None, arguments))

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
            array = self.arrays[place]
            if array.filled and array.nbytes > LARGEST:
                return "unknown", f"an array of {array.nbytes} bytes that it filled"
            return "buffer", place
        if isinstance(value, cl.Image):
            known = [k for k, image in enumerate(self.images) if image == value]
            return ("image", known[0]) if known else ("unknown", "an image that cl did not make")
        if isinstance(value, np.void):
            return "bytes", value.tobytes().hex()
        if isinstance(value, np.generic):
            return value.dtype.name, value.item()
        return "unknown", type(value).__name__

    def place(self, buffer: Any) -> int | None:
        """The place of the array that stands in this memory."""
        places = [k for k, array in enumerate(self.arrays) if array.buffer == buffer]
        return places[0] if places else None

    def record(
        self,
        operands: "tuple[DeviceArray | None, ...]",
        kept: Mapping[str, Any],
        in_place: bool = False,
    ) -> Record:
        """The rehearsal's record; `kept` are the arrays to be compared, the output under "".

        The first operand may be changed where the variant works `in_place`.
        """
        places = {id(o): k for k, o in enumerate(operands) if o is not None}
        buffers = []
        for one in self.arrays:
            place, own = places.get(id(one)), one.filled
            host = one.host if own and one.nbytes <= LARGEST else None
            written = "" if host is None else host.tobytes().hex()
            buffers.append(
                Buffer(
                    one.name,
                    tuple(one.in_memory),
                    one.dtype.name,
                    None if own else place,
                    written,
                    place is not None and not (in_place and place == 0),
                    one.layout if one.stored is not None else "",
                )
            )
        results = {layer: self.place(array.buffer) for layer, array in kept.items()}
        return Record(tuple(buffers), tuple(self.launches), results)
