"""A session: one device of the one driver that this process has loaded."""

import itertools
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference import Question

from . import memory
from .caches import cache_folder, trust
from .drivers import Driver
from .loader import activate
from .probe import select
from .programs import Program, build
from .run import Operands, Run, run_variant
from .simulator import CHECKED_OPTIONS, checks, first_finding, log_file, read_log, unchecked
from .variants import Variant

if TYPE_CHECKING:
    import pyopencl as cl


@dataclass(eq=False)
class Session:
    """Context, queue, programs and whatever is made once (`once`), for one device."""

    driver: Driver
    device: "cl.Device"
    context: "cl.Context"
    queue: "cl.CommandQueue"
    programs: dict[tuple[Path, float, tuple[str, ...]], Program] = field(default_factory=dict)
    made: dict[Any, Any] = field(default_factory=dict)
    log: Path | None = None  # a simulator's findings
    log_seen: int = 0
    checks: bool = False  # whether this is a simulator that looks for uninitialised values
    plain: "Session | None" = None  # the same simulator without that
    arrays: "weakref.WeakValueDictionary[int, memory.DeviceArray]" = field(
        default_factory=weakref.WeakValueDictionary
    )
    fixed: "weakref.WeakSet[memory.DeviceArray]" = field(default_factory=weakref.WeakSet)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    guarded: set[Variant] = field(default_factory=set)  # whose first output had wide guard zones

    def guard(self, nbytes: int, far: bool = False) -> int:
        """Bytes in each guard zone of an array; none on a simulator that checks bounds itself.

        As many as the array has, from 64 KiB to 1 MiB; `far`: what is written far off too, where
        the device has so much memory.
        """
        if not self.driver.guards:
            return 0
        if far and self.device.max_mem_alloc_size > nbytes + 4 * memory.FAR_BYTES:
            return memory.FAR_BYTES
        align = max(self.device.mem_base_addr_align // 8, 4)
        wanted = min(max(nbytes, memory.GUARD_BYTES), memory.MOST_GUARD_BYTES)
        return -(-wanted // align) * align

    @property
    def index(self) -> int:
        """Which of its driver's devices it is."""
        return int(self.device.platform.get_devices().index(self.device))

    @property
    def profile(self) -> str:
        """The accuracy that the device promises: full or embedded."""
        return "embedded" if "EMBEDDED" in self.device.profile else "full"

    def upload(self, name: str, values: np.ndarray) -> memory.DeviceArray:
        """A copy of the values on the device."""
        array = memory.upload(self.queue, name, values, self.guard(values.nbytes))
        self.remember(array)
        if array.nbytes <= memory.MOST_GUARD_BYTES:
            self.fixed.add(array)
        return array

    def remember(self, array: memory.DeviceArray) -> None:
        """That the array is there; as long as it is, no run may write into or beside it."""
        self.arrays[next(self.numbers)] = array

    def program(self, source: Path, options: tuple[str, ...]) -> Program:
        """The built program; a file that has changed is built again. Raises BuildError."""
        changed = source.stat().st_mtime if source.exists() else 0.0
        key = (source, changed, options)
        if key not in self.programs:
            complete = (*options, *CHECKED_OPTIONS) if self.checks else options
            self.programs[key] = build(self.context, cache_folder(self.driver), source, complete)
        return self.programs[key]

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` returned the first time."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def finding(self) -> tuple[str, str]:
        """The verdict and the words of a simulator about what ran since the last call."""
        log, self.log_seen = read_log(self.log, self.log_seen)
        return first_finding(log)

    def unchecked(self) -> "Session":
        """The session on the same simulator that does not look for uninitialised values."""
        import pyopencl as cl

        if self.plain is None:
            with unchecked() as log:
                context = cl.Context([self.device])
            queue = cl.CommandQueue(context)
            self.plain = Session(self.driver, self.device, context, queue, log=log)
        return self.plain

    def run(
        self,
        variant: Variant,
        question: Question,
        operands: Operands,
        local_size: tuple[int, ...] | None = None,
        rehearse: bool = False,
        times: int = 0,
    ) -> Run:
        """The run on a question whose operands `upload` put on the device, or its rehearsal."""
        run = run_variant(self, variant, question, operands, local_size, rehearse, times)
        if run.output is not None:
            trust(self.driver)
        return run

    def drop(self, *arrays: Any) -> None:
        """Forget what `once` made from arrays that are no longer needed.

        What it made under a key that names no array stays, and must serve for every array: weights
        packed under their shape alone would be another case's.
        """
        self.made = {
            key: value
            for key, value in self.made.items()
            if not any(one in arrays for one in arrays_in(key))
        }

    def close(self) -> None:
        """Nothing: the process's end is the session's."""

    def describe(self) -> dict[str, Any]:
        """The device in words, for reports."""
        return {
            "driver": self.driver.name,
            "library": self.driver.library,
            "platform": self.device.platform.name.strip(),
            "platform_version": self.device.platform.version.strip(),
            "name": self.device.name.strip(),
            "driver_version": self.device.driver_version.strip(),
            "profile": self.profile,
        }


def arrays_in(key: Any) -> list[memory.DeviceArray]:
    """The device's arrays that a key of `once` names."""
    if isinstance(key, tuple):
        return [one for part in key for one in arrays_in(part)]
    return [key] if isinstance(key, memory.DeviceArray) else []


def open_session(name: str | None = None) -> Session:
    """A session on the device that NAME[:INDEX] asks for, by default the first that works.

    The driver is tried in a process of its own first. Raises UnknownDevice, NoDevice.
    """
    driver, index, _ = select(name)
    return open_device(driver, index)


def open_device(driver: Driver, index: int) -> Session:
    """A session on one device of a driver that is known to work."""
    import pyopencl as cl

    device = activate(driver)[index]
    context = cl.Context([device])
    profiling = cl.command_queue_properties.PROFILING_ENABLE
    queue = cl.CommandQueue(context, properties=profiling)
    checked = not driver.guards and checks()
    return Session(driver, device, context, queue, log=log_file(), checks=checked)
