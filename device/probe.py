"""Does a driver work, and which one is meant: every answer from a process of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .drivers import Driver, discover
from .hanging import forget, hung, remember
from .isolated import Lost, answer

SECONDS = 60.0  # for one driver: a cold one loads a compiler of 100 MB and builds a kernel
# In which one may do nothing at all where there is another to turn to: who loads a compiler
# computes, or waits for a processor or a disk. Three cold ones, among 14 busy processes, never
# rested for 0.25 s.
REST = 5.0


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


Try = Callable[[Driver, float], Probe]  # of a driver that may rest for so many seconds


def probe(driver: Driver, rest: float = SECONDS, timeout: float = SECONDS) -> Probe:
    """Return whether the driver loads, lists a device, builds a kernel and computes correctly.

    The driver runs in a process of its own, both times are as in effort.Limit: a crash, a hang or a
    missing library makes a dead probe with the reason, never an exception. That it hung is
    remembered (hanging.py).
    """
    try:
        return read(driver, answer(timeout, "examine", driver, rest=min(rest, timeout)))
    except Lost as lost:
        return lost_probe(driver, lost)


def lost_probe(driver: Driver, lost: Lost) -> Probe:
    """The probe of a driver whose process died or hung, which is remembered."""
    if lost.verdict == "timeout":
        remember(driver, lost.sentence)
    return Probe(driver, False, lost.sentence)


def read(driver: Driver, found: dict[str, Any]) -> Probe:
    """The probe that examine.py's answer is."""
    forget(driver)
    if "devices" not in found:
        return Probe(driver, False, found["reason"])
    devices = tuple(DeviceRecord(**device) for device in found["devices"])
    alive = any(not device.reason for device in devices)
    reason = "" if alive else devices[0].reason
    return Probe(driver, alive, reason, found["platform"], found["version"], devices)


def select(name: str | None = None, tried: Try | None = None) -> tuple[Driver, int, Probe]:
    """Return the driver, the index of the device and the probe that `NAME[:INDEX]` asks for.

    Without a name it is the first driver that works and did not hang the last time, without an
    index its first device that does. Where there is another, one that does nothing gets REST alone.
    `tried` makes a driver's probe, by default `probe`.
    Raises UnknownDevice for a name or an index that does not exist, NoDevice if it does not work.
    """
    drivers, tried = discover(), tried or probe
    if name is not None:
        name, index = _parse(name, [driver.name for driver in drivers])
        return _select_device(tried(next(d for d in drivers if d.name == name), SECONDS), index)
    dead = []
    left = sum(not hung(driver) for driver in drivers)
    for driver in drivers:
        if reason := hung(driver):
            again = "`clgold devices` asks it again"
            dead.append(f"\n  {driver.name}: {reason} That was the last time; {again}.")
            continue
        left -= 1
        result = tried(driver, REST if left else SECONDS)
        if result.alive:
            return driver, _first_working(result.devices), result
        dead.append(f"\n  {driver.name}: {result.reason}")
    if not dead:
        raise NoDevice("There is no OpenCL driver here: `pip install pyopencl[pocl]` brings one.")
    raise NoDevice("No OpenCL driver here works:" + "".join(dead))


def _parse(name: str, known: Sequence[str]) -> tuple[str, int | None]:
    """Return the name and the index of `NAME[:INDEX]`; raise UnknownDevice."""
    stem, colon, index = name.partition(":")
    if stem not in known:
        names = ", ".join(known) or "none"
        raise UnknownDevice(f"There is no OpenCL driver {stem!r} here, known are: {names}.")
    if colon and not (index.isascii() and index.isdigit()):
        raise UnknownDevice(f"The device {name!r} has index {index!r}, expected 0, 1, ….")
    return stem, int(index) if colon else None


def _select_device(result: Probe, index: int | None) -> tuple[Driver, int, Probe]:
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
