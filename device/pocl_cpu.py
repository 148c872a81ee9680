"""A mend for PoCL on CPUs that are newer than its compiler.

PoCL asks LLVM for the host's CPU. LLVM calls one that it does not know "generic", and then, as a
compiler, refuses that name: "unknown target CPU 'generic'" (https://github.com/pocl/pocl/issues/1049;
seen with the 3.0 wheel, whose LLVM 14 knows no AMD family 26). PoCL has no setting for the name, so
it is replaced where PoCL keeps it, in its device record, before the first build.
"""

import ctypes
import platform
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyopencl as cl

UNKNOWN = b"generic\0"
RECORD_BYTES = 1024  # the name's pointer stands 640 bytes into PoCL 3.0's device record

# The best CPU that LLVM 14 knows by name and that has no feature beyond the host's.
TARGETS: tuple[tuple[str, set[str]], ...] = (
    ("skylake-avx512", {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}),
    ("haswell", {"avx2", "fma", "bmi1", "bmi2", "f16c"}),
    ("x86-64", set()),
)


def name_unknown_cpu(device: "cl.Device") -> None:
    """Give a PoCL device whose CPU is "generic" the name of one that its compiler knows.

    Does nothing to other devices, elsewhere than on x86-64 Linux, and when the name is not found.
    """
    if platform.machine() != "x86_64" or not device.version.strip().endswith("-generic"):
        return
    if "pocl" not in device.version.lower():
        return
    record = _read(device.int_ptr, RECORD_BYTES)
    for offset in range(0, len(record) - 7, 8):
        (pointer,) = struct.unpack_from("<Q", record, offset)
        if _read(pointer, len(UNKNOWN)) == UNKNOWN:
            library = ctypes.CDLL(None)
            library.strdup.restype = ctypes.c_void_p
            copy = library.strdup(_best_target().encode())  # PoCL may free it
            ctypes.c_void_p.from_address(device.int_ptr + offset).value = copy
            return


def _best_target() -> str:
    """The first of TARGETS whose features the host has."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return TARGETS[-1][0]
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    present = set(flags.split())
    return next(name for name, needed in TARGETS if needed <= present)


def _read(address: int, count: int) -> bytes:
    """That much of this process's memory; empty where there is none, instead of a crash."""
    try:
        with Path("/proc/self/mem").open("rb", buffering=0) as memory:
            memory.seek(address)
            return memory.read(count)
    except (OSError, ValueError, OverflowError):
        return b""
