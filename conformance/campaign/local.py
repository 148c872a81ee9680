"""The engine of one machine: a worker for each driver, one case after the other."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from clgold.device.variants import Variant
from clgold.device.worker import Worker, open_worker

from .judge import crashed, judged
from .ledger import LIVES, Key, Ledger

STATE = 1000  # cases between two lines about memory and open files
Variants = Mapping[tuple[str, str], Variant]
Done = Callable[[Mapping[str, Any]], None]


def run_local(
    ledger: Ledger, keys: Iterable[Key], variants: Variants, end: float, done: Done
) -> None:
    """Judge what is left, until time.monotonic() is `end`; NoDevice where a driver is not here."""
    with contextlib.ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for number, key in enumerate(until(keys, end), start=1):
            _, item = key
            if item.driver not in workers:
                worker = workers[item.driver] = open_worker(item.driver)
                stack.callback(worker.close)
                ledger.write({"kind": "device", **worker.describe()})
            ledger.take(key)
            if ledger.lost.get(key, 0) >= LIVES:
                found = crashed(f"{LIVES} runs were killed over it")
            else:
                variant = variants[item.case.split(maxsplit=1)[0], item.variant]
                found = judged(workers[item.driver], variant, item.case)
            ledger.enter(key, found)
            done(found)
            if number % STATE == 0:
                ledger.write(state(number, workers.values()))


def until(keys: Iterable[Key], end: float) -> Iterator[Key]:
    """The keys, as long as there is time."""
    for key in keys:
        if time.monotonic() >= end:
            return
        yield key


def state(number: int, workers: Iterable[Worker]) -> dict[str, Any]:
    """How much this process and the workers hold: bytes of memory, open files."""
    children = [one.child.process.pid for one in workers if one.child is not None]
    return {
        "kind": "state",
        "judged": number,
        "at": round(time.monotonic(), 3),
        "own": holds(os.getpid()),
        "workers": [holds(pid) for pid in children],
    }


def holds(pid: int) -> dict[str, int | None]:
    """Resident bytes and open files of a process; None where nothing tells."""
    place = Path("/proc") / str(pid)
    try:
        pages = int((place / "statm").read_text().split()[1])
        files = len(list((place / "fd").iterdir()))
    except OSError:
        return {"resident": None, "files": None}
    return {"resident": pages * os.sysconf("SC_PAGE_SIZE"), "files": files}
