"""What a rank's run cost: seconds of its parts, and memory as the system counted it."""

import re
from dataclasses import dataclass
from pathlib import Path

PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Cost:
    """Of one rank, over all steps.

    kernels    seconds that the device worked, each kernel counted once
    transfers  seconds in which parts of arrays were exchanged, or waited for
    wall       seconds in all, with everything that is there to judge
    memory     bytes that the rank had at its peak, and its worker; 0 where the system does not say
    """

    kernels: float
    transfers: float
    wall: float
    memory: int
    worker: int


def peak(process: int | str = "self") -> int:
    """The most bytes that a process had in memory, pages that it shares included."""
    status = Path(f"/proc/{process}/status")
    found = PEAK.search(status.read_text()) if status.exists() else None
    return 1024 * int(found[1]) if found else 0
