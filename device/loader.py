"""Load exactly one OpenCL driver into this process."""

import ctypes
import os
from pathlib import Path
from typing import TYPE_CHECKING

from .caches import cache_folder
from .drivers import Driver
from .pocl_cpu import name_unknown_cpu
from .simulator import start_log

if TYPE_CHECKING:
    import pyopencl as cl

_active: Driver | None = None


class DriverError(RuntimeError):
    """The driver cannot be loaded into this process; the message says why."""


def activate(driver: Driver) -> "tuple[cl.Device, ...]":
    """Load `driver`, and no other, and return its devices (perhaps none).

    Its environment, its preloaded libraries and its kernel cache are set up first. A process can
    do this for one driver only; to do it again for the same one is harmless.
    Raises DriverError if the driver cannot be loaded or another one already is.
    """
    global _active
    if _active is not None and _active != driver:
        raise DriverError(
            f"This process has loaded {_active.name}, and {driver.name} cannot join it: "
            "two OpenCL drivers in one process abort it."
        )
    if not driver.library:
        raise DriverError(f"{driver.source} is empty or cannot be read: it names no library.")
    _active = driver
    _prepare(driver)

    import pyopencl as cl

    # Importing pyopencl sets this to its own folder, from which its loader would add the drivers
    # of wheels to the one that was asked for.
    os.environ["PYOPENCL_HOME"] = os.devnull
    try:
        platforms = cl.get_platforms()
    except cl.Error as error:
        raise DriverError(_why_not(driver.library) or f"It has no platform: {error}.") from error
    if not _is_loaded(driver.library):
        raise DriverError(
            f"OpenCL was used in this process before {driver.name} was asked for, and runs on "
            f"{platforms[0].name}."
        )
    devices = tuple(device for platform in platforms for device in platform.get_devices())
    for device in devices:
        name_unknown_cpu(device)
    return devices


def _prepare(driver: Driver) -> None:
    """Set what the driver and pyopencl's loader read when they are loaded."""
    for variable, value in driver.environment.items():
        os.environ.setdefault(variable, value)  # the user's own setting wins
    os.environ["POCL_CACHE_DIR"] = str(cache_folder(driver))
    os.environ["OCL_ICD_VENDORS"] = driver.library
    if not driver.guards:
        start_log(cache_folder(driver))
    for library in driver.preload:
        try:
            ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
        except OSError as error:
            raise DriverError(f"A library that it needs cannot be loaded: {error}.") from error


def _why_not(library: str) -> str:
    """Return the dynamic linker's reason why a library cannot be loaded, "" if it can be."""
    try:
        ctypes.CDLL(library)
    except OSError as error:
        return f"Its library cannot be loaded: {error}."
    return ""


def _is_loaded(library: str) -> bool:
    """Tell whether a library is mapped into this process; a bare name is taken on trust."""
    maps = Path("/proc/self/maps")
    if not (Path(library).is_absolute() and maps.exists()):
        return True
    return os.path.realpath(library) in maps.read_text()
