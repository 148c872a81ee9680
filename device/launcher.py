"""What a variant is given to work with: `cl`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference.spec import Shape

from . import images, memory, sources
from .caches import cache_folder
from .given import in_layout
from .held import held
from .layouts import Layout
from .memory import DeviceArray
from .programs import LaunchError
from .record import Recorder

if TYPE_CHECKING:
    import pyopencl as cl

    from .replay import Player
    from .session import Session

RELAXED_MATH = "-cl-fast-relaxed-math"


class KernelLost(RuntimeError):
    """A launch that the driver took, and could not bring to an end."""


@dataclass(eq=False)
class Launcher:
    """Allocates, builds and launches for one run of one variant, and remembers what it made."""

    session: "Session"
    file: Path  # the variant's Python file, from whose folder relative source paths start
    out_shape: Shape
    out_dtype: type
    arrays: list[DeviceArray] = field(default_factory=list)  # alive until the run is inspected
    kept: dict[str, DeviceArray] = field(default_factory=dict)
    options: set[str] = field(default_factory=set)
    sources: set[Path] = field(default_factory=set)
    joined: set[Path] = field(default_factory=set)  # those that `source` wrote
    local_size_hint: tuple[int, ...] | None = None  # for variants that allow several
    layout: Layout | None = None  # of the output
    adds: bool = False  # to what the output holds
    far: bool = False  # whether the output has wide guard zones
    seconds: float = 0.0  # that its kernels took
    recorder: Recorder | None = None  # in a rehearsal: launches are noted and not started
    player: "Player | None" = None  # where launches are kept, to be made again

    @property
    def device(self) -> "cl.Device":
        """The device, for its limits: max_work_group_size, local_mem_size."""
        return self.session.device

    def output(self, dtype: Any = None) -> DeviceArray:
        """The output: right shape, layout and dtype, full of NaN, or of what is to be added to.

        dtype: of an index, whatever integer the kernel writes.
        """
        kind = self.out_dtype if dtype is None else dtype
        if self.adds:
            return self._filled(held(self.out_shape))
        if self.layout is None:
            return self._allocate("output", self.out_shape, kind)
        array = self._allocate("output", self.layout.stored(self.out_shape), kind)
        return self._known(array, in_layout(array, self.layout, self.out_shape))

    def _filled(self, values: np.ndarray) -> DeviceArray:
        """An output that holds these values."""
        stored = values if self.layout is None else self.layout.pack(values, 0.0)
        guard = self.session.guard(stored.nbytes, far=self.far)
        made = memory.upload(self.session.queue, "output", stored, guard)
        array = self._listed(replace(made, filled=True))
        if self.layout is None:
            return array
        return self._known(array, in_layout(array, self.layout, self.out_shape))

    def empty(self, shape: Shape, dtype: type = np.float32) -> DeviceArray:
        """Scratch memory, full of NaN."""
        return self._allocate("scratch", shape, dtype)

    def zeros(self, shape: Shape, dtype: Any = np.float32) -> DeviceArray:
        """Scratch memory, full of zeros."""
        made = self.array(np.zeros(shape, dtype))
        if self.player is not None:
            self.player.zeroed(made)
        return made

    def array(self, values: Any) -> DeviceArray:
        """A NumPy array on the device, or what an image holds, (rows, columns, 4) or no 4."""
        if isinstance(values, np.ndarray):
            made = memory.upload(
                self.session.queue, "array", values, self.session.guard(values.nbytes)
            )
        else:
            self._refuse_images()
            made = images.to_array(self.session.queue, values, self.session.guard(0))
        listed = self._listed(replace(made, filled=made.host is not None))
        if self.recorder is not None and made.host is None:
            self.recorder.step("array", values, listed.buffer, listed.shape)
        return listed

    def copy(self, array: DeviceArray) -> DeviceArray:
        """A copy of an array as it is now: for kernels that work in place."""
        if not isinstance(array, DeviceArray):
            raise LaunchError(f"copy(…) was given a {type(array).__name__}, expected an array")
        made = memory.copied(self.session.queue, array, self.session.guard(array.nbytes))
        listed = self._listed(made)
        if self.recorder is not None:
            self.recorder.step("copy", array.buffer, listed.buffer, listed.in_memory)
        if self.player is not None:
            self.player.copied(array, listed)
        return listed

    def image(self, array: DeviceArray) -> "cl.Image":
        """A 2-D image of what an array (rows, columns) or (rows, columns, 4) holds now.

        float32 or float16. It has no guard zones; `array` brings back what a kernel wrote.
        """
        self._refuse_images()
        made = images.to_image(self.session.queue, array)
        if self.recorder is not None:
            self.recorder.step("image", array.buffer, made, array.in_memory)
        return made

    def _refuse_images(self) -> None:
        """What an image holds goes by way of the host, which a replay leaves out."""
        if self.player is not None:
            raise LaunchError("kernels that work on images cannot be replayed")

    def source(self, *parts: str, **values: Any) -> Path:
        """A source for `launch`: texts and files, joined; {{name}} stands for a value."""
        try:
            text = sources.joined(self.file.parent, parts, values)
        except ValueError as error:
            raise LaunchError(str(error)) from None
        path = sources.written(cache_folder(self.session.driver), self.file.stem, text).resolve()
        self.joined.add(path)
        return path

    def _known(self, array: DeviceArray, better: DeviceArray) -> DeviceArray:
        """The array with more said of it, in the array's place."""
        for listed in (self.arrays, self.recorder.arrays if self.recorder else []):
            listed[:] = [better if one is array else one for one in listed]
        self.session.remember(better)
        return better

    def _listed(self, array: DeviceArray) -> DeviceArray:
        self.arrays.append(array)
        self.session.remember(array)
        if self.recorder is not None:
            self.recorder.arrays.append(array)
        return array

    def _allocate(self, name: str, shape: Shape, dtype: type) -> DeviceArray:
        whole, kind = tuple(int(size) for size in shape), np.dtype(dtype)
        if self.player is not None:
            return self._listed(self.player.allocate(name, whole, kind))
        guard = self.session.guard(prod(whole) * kind.itemsize, far=self.far and name == "output")
        return self._listed(memory.allocate(self.session.queue, name, whole, kind, guard))

    def local(self, nbytes: int) -> "cl.LocalMemory":
        """Local memory, as an argument of `launch`."""
        import pyopencl as cl

        return cl.LocalMemory(int(nbytes))

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` returned the first time that this file asked for `key`: packed weights."""
        if self.recorder is not None:  # what is not launched is not to be remembered
            return make()
        keeper = self.player or self.session
        return keeper.once((self.file, key), make)

    def keep(self, layer: str, array: DeviceArray) -> None:
        """Hand over what a layer inside a fused kernel computed, to be checked too."""
        if not isinstance(array, DeviceArray):
            kind = type(array).__name__
            raise LaunchError(f"keep({layer!r}, …) was given a {kind}, expected an array of cl's")
        self.kept[layer] = array

    def launch(
        self,
        source: str | Path,
        entry: str,
        global_size: tuple[int, ...],
        local_size: tuple[int, ...] | None,
        *arguments: Any,
        options: str | tuple[str, ...] = (),
    ) -> None:
        """Run kernel `entry` of the file `source`, or of what `source` made.

        Arguments: arrays, images, ints (int), floats (float), NumPy scalars of any dtype, vectors
        and structs (0-d arrays), local memory, None (NULL).
        Raises BuildError for a file that does not build, LaunchError for what is not there or does
        not fit.
        """
        import pyopencl as cl

        path = (self.file.parent / source).resolve()
        options = tuple(options.split()) if isinstance(options, str) else tuple(options)
        if path in self.joined:  # its headers lie with the variant
            options = (*options, "-I", str(self.file.parent))
        self.options.update(options)
        self.sources.add(path)
        if self.recorder is not None:
            bound = [bind(entry, place, value) for place, value in enumerate(arguments)]
            self.recorder.note(str(path), entry, global_size, local_size, bound, options)
            return
        kernel = self.session.program(path, options).kernel(entry, len(arguments))
        bound = [bind(entry, place, value) for place, value in enumerate(arguments)]
        try:
            kernel.set_args(*bound)
            begun = time.perf_counter()
            event = cl.enqueue_nd_range_kernel(self.session.queue, kernel, global_size, local_size)
            self.session.queue.finish()
            self.seconds += took(event, time.perf_counter() - begun)
            if self.player is not None:
                self.player.note(kernel, global_size, local_size, bound)
        except cl.Error as error:
            kind = LaunchError if isinstance(error, cl.LogicError) else KernelLost
            raise kind(
                f"kernel {entry} of {path.name} cannot be launched with global size "
                f"{tuple(global_size)}, local size {local_size}: {error}"
            ) from None


def took(event: "cl.Event", waited: float) -> float:
    """The seconds that a kernel took by the device's own clock; else how long we waited."""
    import pyopencl as cl

    try:
        return 1e-9 * (event.profile.end - event.profile.start)
    except cl.Error:  # a simulator has no clock
        return waited


def bind(entry: str, place: int, value: Any) -> Any:
    """An argument as pyopencl wants it."""
    if isinstance(value, DeviceArray):
        return value.buffer
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool | np.bool_):
        return np.int32(value)
    if isinstance(value, np.generic):  # before float: np.float64 is one
        return value
    if isinstance(value, int):
        if not -(2**31) <= value < 2**31:
            raise LaunchError(f"kernel {entry}: argument {place} is {value}, beyond an int")
        return np.int32(value)
    if isinstance(value, float):
        return np.float32(value)
    if isinstance(value, np.ndarray):
        raise LaunchError(
            f"kernel {entry}: argument {place} is a NumPy array, not on the device: "
            "cl.array puts it there"
        )
    return value
