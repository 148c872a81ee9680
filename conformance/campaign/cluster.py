"""The engine of many machines: dask's workers, each with workers of clgold's; the extra `dask`."""

import contextlib
import functools
import itertools
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from clgold.device.catalogue import VARIANTS
from clgold.device.variants import load_variants
from clgold.device.worker import Worker, open_worker
from clgold.reference.spec import InputError

from .judge import crashed, judged
from .ledger import LIVES, Key, Ledger
from .local import Done, until

AHEAD = 2  # cases that wait at each worker


def run_dask(
    ledger: Ledger,
    keys: Iterable[Key],
    files: Sequence[Path],
    end: float,
    done: Done,
    address: str | None,
    workers: int,
) -> None:
    """Judge what is left on a cluster, one of this machine where no scheduler's address is given.

    A case that takes down workers comes back as a crash: after LIVES times on a cluster of our own,
    after as often as its scheduler allows on any other.
    """
    try:
        import dask

        from distributed import Client, KilledWorker, LocalCluster, as_completed
    except ImportError:
        raise InputError("--engine dask needs dask: pip install 'clgold[dask]'") from None
    settings = {"distributed.scheduler.allowed-failures": LIVES - 1}
    with contextlib.ExitStack() as stack, dask.config.set(settings):
        own = None
        if address is None:
            local = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            own = stack.enter_context(local)
        client = stack.enter_context(Client(own or address))
        names = tuple(str(path.resolve()) for path in files)
        waiting = until(keys, end)
        under_way: dict[Any, Key] = {}

        def begun(some: Iterable[Key]) -> list[Any]:
            futures = {
                client.submit(remote, *vars(key[1]).values(), names, pure=False): key
                for key in some
            }
            under_way.update(futures)
            return list(futures)

        count = AHEAD * max(1, sum(client.nthreads().values()))
        finished = as_completed(begun(itertools.islice(waiting, count)))
        for future in finished:
            key, about, found = under_way.pop(future), {}, crashed("its worker was lost each time")
            if not isinstance(future.exception(), KilledWorker):
                about, found = future.result()
            if about and str(about) not in ledger.devices:
                ledger.devices.add(str(about))
                ledger.write({"kind": "device", **about})
            ledger.enter(key, found)
            done(found)
            finished.update(begun(itertools.islice(waiting, 1)))


def remote(
    driver: str, variant: str, line: str, files: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """On a worker of dask's: the device, and what came of the case."""
    own, lock = kept(driver)
    layer = line.split(maxsplit=1)[0]
    for one in declared(files):
        if (one.layer, one.name) == (layer, variant):
            with lock:
                return own.describe(), judged(own, one, line)
    raise InputError(f"there is no variant {variant!r} of {layer} on this machine")


@functools.cache
def kept(driver: str) -> tuple[Worker, threading.Lock]:
    """The driver's worker, which lives as long as dask's."""
    return open_worker(driver), threading.Lock()


@functools.cache
def declared(files: tuple[str, ...]) -> tuple[Any, ...]:
    """The variants of these files, and ours."""
    return (*(one for file in files for one in load_variants(Path(file))), *VARIANTS)
