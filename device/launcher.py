"""What a variant is given to work with: `cl`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference.spec import Shape

from . import memory
from .memory import DeviceArray
from .record import Recorder

if TYPE_CHECKING:
    import pyopencl as cl

    from .session import Session

RELAXED_MATH = "-cl-fast-relaxed-math"


class LaunchError(ValueError):
    """Arguments of a launch that OpenCL cannot take, as a sentence."""


@dataclass(eq=False)
class Launcher:
    """Allocates, builds and launches for one run of one variant, and remembers what it made."""

    session: "Session"
    file: Path  # the variant's Python file, from whose folder relative source paths start
    out_shape: Shape
    out_dtype: type
    arrays: list[DeviceArray] = field(default_factory=list)
    kept: dict[str, DeviceArray] = field(default_factory=dict)
    options: set[str] = field(default_factory=set)
    sources: set[Path] = field(default_factory=set)
    local_size_hint: tuple[int, ...] | None = None  # for variants that allow several
    recorder: Recorder | None = None  # in a rehearsal: launches are noted and not started

    @property
    def device(self) -> "cl.Device":
        """The device, for its limits: max_work_group_size, local_mem_size."""
        return self.session.device

    def output(self) -> DeviceArray:
        """The output: right shape and dtype, full of NaN."""
        return self._allocate("output", self.out_shape, self.out_dtype)

    def empty(self, shape: Shape, dtype: type = np.float32) -> DeviceArray:
        """Scratch memory, full of NaN."""
        return self._allocate("scratch", shape, dtype)

    def _allocate(self, name: str, shape: Shape, dtype: type) -> DeviceArray:
        whole = tuple(int(size) for size in shape)
        array = memory.allocate(
            self.session.queue, name, whole, np.dtype(dtype), self.session.guard
        )
        self.arrays.append(array)
        if self.recorder is not None:
            self.recorder.arrays.append(array)
        return array

    def local(self, nbytes: int) -> "cl.LocalMemory":
        """Local memory, as an argument of `launch`."""
        import pyopencl as cl

        return cl.LocalMemory(int(nbytes))

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` returned the first time that this file asked for `key`: packed weights."""
        if self.recorder is not None:  # what is not launched is not to be remembered
            return make()
        return self.session.once((self.file, key), make)

    def keep(self, layer: str, array: DeviceArray) -> None:
        """Hand over what a layer inside a fused kernel computed, to be checked too."""
        if not isinstance(array, DeviceArray):
            kind = type(array).__name__
            raise LaunchError(f"keep({layer!r}, …) was given a {kind}, expected an array of cl's")
        self.kept[layer] = array

    def launch(
        self,
        source: str,
        entry: str,
        global_size: tuple[int, ...],
        local_size: tuple[int, ...] | None,
        *arguments: Any,
        options: tuple[str, ...] = (),
    ) -> None:
        """Run kernel `entry` of the file `source`.

        Arguments: arrays, ints (int), floats (float), NumPy scalars, local memory, None (NULL).
        Raises BuildError for a file that does not build, LaunchError for arguments that do not fit.
        """
        import pyopencl as cl

        path = (self.file.parent / source).resolve()
        self.options.update(options)
        self.sources.add(path)
        if self.recorder is not None:
            bound = [bind(entry, place, value) for place, value in enumerate(arguments)]
            self.recorder.note(str(path), entry, global_size, local_size, bound, options)
            return
        kernel = self.session.program(path, tuple(options)).kernel(entry, len(arguments))
        bound = [bind(entry, place, value) for place, value in enumerate(arguments)]
        try:
            kernel.set_args(*bound)
            cl.enqueue_nd_range_kernel(self.session.queue, kernel, global_size, local_size)
            self.session.queue.finish()
        except cl.Error as error:
            raise LaunchError(
                f"kernel {entry} of {path.name} cannot be launched with global size "
                f"{tuple(global_size)}, local size {local_size}: {error}"
            ) from None


def bind(entry: str, place: int, value: Any) -> Any:
    """An argument as pyopencl wants it."""
    if isinstance(value, DeviceArray):
        return value.buffer
    if isinstance(value, bool | np.bool_):
        return np.int32(value)
    if isinstance(value, int):
        if not -(2**31) <= value < 2**31:
            raise LaunchError(f"kernel {entry}: argument {place} is {value}, beyond an int")
        return np.int32(value)
    if isinstance(value, float):
        return np.float32(value)
    if isinstance(value, np.ndarray):
        raise LaunchError(f"kernel {entry}: argument {place} is a NumPy array, not on the device")
    return value
