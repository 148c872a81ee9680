"""Does a driver work, and which one is meant: every answer from a process of its own."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from .asking import Said, answers
from .drivers import Driver, discover
from .hanging import forget, hung, remember
from .isolated import Child, Lost, answer, begin

SECONDS = 60.0  # for one driver: a cold one loads a compiler of 100 MB and builds a kernel
# In which one may do nothing at all where there is another to turn to: who loads a compiler
# computes, or waits for a processor or a disk. Three cold ones, among 14 busy processes, never
# rested for 0.25 s.
REST = 5.0
AGAIN = "That was the last time; `clgold devices` asks it again."


class UnknownDevice(ValueError):
    """No driver has this name, or it has no device of this index."""


class NoDevice(RuntimeError):
    """No driver, or not the one that was asked for, works here."""


@dataclass(frozen=True)
class DeviceRecord:
    """One device; memory is in bytes; `reason` says why it does not work, "" if it does."""

    name: str
    version: str
    driver_version: str
    compute_units: int
    max_work_group_size: int
    local_memory: int
    global_memory: int
    fp16: bool
    fp64: bool
    reason: str = ""


@dataclass(frozen=True)
class Probe:
    """What a driver is and whether it works; `reason` is a sentence if it does not, else ""."""

    driver: Driver
    alive: bool
    reason: str = ""
    platform: str = ""
    version: str = ""
    devices: tuple[DeviceRecord, ...] = ()


Start = Callable[[Driver], Child]  # of a process that says first what examine.py would
Chosen = tuple[Driver, int, Probe]


def probe(driver: Driver, timeout: float = SECONDS) -> Probe:
    """Return whether the driver loads, lists a device, builds a kernel and computes correctly.

    The driver runs in a process of its own, the time is as in effort.Limit: a crash, a hang or a
    missing library makes a dead probe with the reason, never an exception. That it hung is
    remembered (hanging.py).
    """
    try:
        return read(driver, answer(timeout, "examine", driver))
    except Lost as lost:
        return read(driver, lost)


def read(driver: Driver, found: Said) -> Probe:
    """The probe that examine.py's answer is, or that its process died or hung."""
    if isinstance(found, Lost):
        if found.verdict == "timeout":
            remember(driver, found.sentence)
        return Probe(driver, False, found.sentence)
    forget(driver)
    if "devices" not in found:
        return Probe(driver, False, found["reason"])
    devices = tuple(DeviceRecord(**device) for device in found["devices"])
    alive = any(not device.reason for device in devices)
    reason = "" if alive else devices[0].reason
    return Probe(driver, alive, reason, found["platform"], found["version"], devices)


def select(name: str | None = None) -> Chosen:
    """The driver, the index of the device and the probe that `NAME[:INDEX]` asks for.

    Without a name it is the first driver that works and did not hang the last time, without an
    index its first device that does. Where there is another, one that does nothing gets REST alone.
    Raises UnknownDevice for a name or an index that does not exist, NoDevice if it does not work.
    """
    chosen, child = select_process(name, lambda driver: begin("examine", driver))
    child.close()
    return chosen


def select_process(name: str | None, start: Start) -> tuple[Chosen, Child]:
    """What `select` finds, with the process that has told it, by `start`; no other one is left."""
    drivers, index = discover(), None
    if name is not None:
        name, index = _parse(name, [driver.name for driver in drivers])
    drivers = tuple(driver for driver in drivers if name in (None, driver.name))
    dead = {one.name: f"{hung(one)} {AGAIN}" for one in drivers if name is None and hung(one)}
    asked = [driver for driver in drivers if driver.name not in dead]
    with closing(answers(asked, start, SECONDS, REST)) as found:
        for driver, (said, child) in zip(asked, found, strict=True):
            result = read(driver, said)
            if name is not None or result.alive:
                return _kept(result, index, child)
            dead[driver.name] = result.reason
            if child is not None:
                child.kill()
    if not dead:
        raise NoDevice("There is no OpenCL driver here: `pip install pyopencl[pocl]` brings one.")
    reasons = (f"\n  {driver.name}: {dead[driver.name]}" for driver in drivers)
    raise NoDevice("No OpenCL driver here works:" + "".join(reasons))


def _kept(result: Probe, index: int | None, child: Child | None) -> tuple[Chosen, Child]:
    """The device with its process, which ends where it does not work: UnknownDevice, NoDevice."""
    try:
        chosen = _select_device(result, index)
    except (UnknownDevice, NoDevice):
        if child is not None:
            child.kill()
        raise
    assert child is not None
    return chosen, child


def _parse(name: str, known: Sequence[str]) -> tuple[str, int | None]:
    """Return the name and the index of `NAME[:INDEX]`; raise UnknownDevice."""
    stem, colon, index = name.partition(":")
    if stem not in known:
        names = ", ".join(known) or "none"
        raise UnknownDevice(f"There is no OpenCL driver {stem!r} here, known are: {names}.")
    if colon and not (index.isascii() and index.isdigit()):
        raise UnknownDevice(f"The device {name!r} has index {index!r}, expected 0, 1, ….")
    return stem, int(index) if colon else None


def _select_device(result: Probe, index: int | None) -> Chosen:
    """Return the driver with a device that works; raise UnknownDevice or NoDevice."""
    driver = result.driver
    count = len(result.devices)
    if not count or (index is None and not result.alive):
        raise NoDevice(f"The OpenCL driver {driver.name} does not work: {result.reason}")
    if index is None:
        return driver, _first_working(result.devices), result
    if index >= count:
        raise UnknownDevice(f"{driver.name} has {count} device(s), so no index {index}.")
    if result.devices[index].reason:
        raise NoDevice(f"{driver.name}:{index} does not work: {result.devices[index].reason}")
    return driver, index, result


def _first_working(devices: Sequence[DeviceRecord]) -> int:
    return next(index for index, device in enumerate(devices) if not device.reason)
