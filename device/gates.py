"""Gates: features that some drivers report and crash on, tried in a process of their own.

    python -m clgold.device.gates DRIVER GATE

A gate is kernels/gate_NAME.cl, whose kernel `gate` (x (64), ones (2) → y (64)) computes y = 2x + 1
by means of the feature. DRIVER is the driver's record as JSON; the answer goes to standard output.
"""

import contextlib
import functools
import json
import sys
from typing import Any

import numpy as np

from .caches import CacheFull, cache_folder
from .drivers import Driver, from_json
from .examine import gist
from .isolated import Lost, answer, answering
from .loader import activate
from .programs import KERNELS, build
from .simulator import unchecked

SECONDS = 120.0  # a cold driver loads a compiler of 100 MB; the simulator is slow


def passes(driver: Driver, gate: str) -> str:
    """Why the driver's first device does not bear the feature; empty when it does.

    The answer is kept in the driver's kernel cache, until the library or the gate changes.
    """
    changed = (KERNELS / f"gate_{gate}.cl").stat().st_mtime_ns
    return str(remembered(driver, f"gate-{gate}-{changed}", "gates", gate)["reason"])


def bears(driver: Driver, gate: str) -> bool:
    """Whether the driver's first device passes the gate."""
    return not passes(driver, gate)


@functools.cache
def remembered(driver: Driver, question: str, module: str, *arguments: str) -> dict[str, Any]:
    """The answer on file, else that of `python -m clgold.device.MODULE DRIVER …`, which is filed.

    A process that crashed or hung has answered too: with a reason.
    """
    # Another build of the library has another folder (caches.py).
    try:
        file = cache_folder(driver) / f"{question}.json"
    except CacheFull:
        return _ask(driver, module, *arguments)
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(file.read_text()))
    found = _ask(driver, module, *arguments)
    with contextlib.suppress(OSError):
        file.write_text(json.dumps(found))
    return found


def _ask(driver: Driver, module: str, *arguments: str) -> dict[str, Any]:
    """The answer from a process of its own, which may crash or hang."""
    try:
        return answer(SECONDS, module, driver, *arguments)
    except Lost as lost:
        return {"reason": lost.message}


def attempt(driver: Driver, gate: str) -> str:
    """Build and run the gate here; the reason why that failed, "" if its answer is right."""
    import pyopencl as cl

    x = np.arange(64, dtype=np.float32)
    y = np.full_like(x, np.nan)
    devices = activate(driver)[:1]
    with unchecked():  # by the simulator, whose check stops at optimised code
        context = cl.Context(devices)
    queue = cl.CommandQueue(context)
    source = KERNELS / f"gate_{gate}.cl"
    kernel = build(context, cache_folder(driver), source, ()).kernel("gate", 3)
    flags = cl.mem_flags.COPY_HOST_PTR
    given, ones, result = (
        cl.Buffer(context, flags, hostbuf=values) for values in (x, np.ones(2, np.float32), y)
    )
    kernel(queue, (1,), (1,), given, ones, result)
    cl.enqueue_copy(queue, y, result)
    wrong = np.flatnonzero(y != 2 * x + 1)
    return "" if wrong.size == 0 else f"it computes 2·{x[wrong[0]]:g} + 1 as {y[wrong[0]]:g}"


def main(record: str, gate: str) -> None:
    """Print the answer about the driver that the record describes; raise nothing."""
    tell = answering()
    try:
        reason = attempt(from_json(record), gate)
    except Exception as error:  # whatever a driver makes pyopencl raise is an answer too
        reason = f"it fails with {type(error).__name__}: {gist(error)}"
    tell({"reason": reason})


if __name__ == "__main__":
    main(*sys.argv[1:])
