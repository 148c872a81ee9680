"""One driver for all ranks of a machine, a worker of its own for each, and their threads."""

import os
from typing import Any

from clgold.device.drivers import Driver
from clgold.device.probe import NoDevice, UnknownDevice, select
from clgold.device.worker import RUN_SECONDS, SIMULATOR_SECONDS, Worker

from .comm import Comm


def rank_worker(name: str | None, comm: Comm) -> Worker:
    """The rank's worker; the first rank alone tries which driver works. UnknownDevice, NoDevice."""
    found: tuple[Driver, int] | None = None
    failed: Exception | None = None
    if comm.rank == 0:
        try:
            driver, index, _ = select(name)
            found = driver, index
        except (NoDevice, UnknownDevice) as error:
            failed = error
    answers: list[Any] = comm.gather("the choice of a driver", (found, failed))
    found, failed = answers[0]
    if failed is not None:
        raise failed
    assert found is not None
    if comm.size > 1:
        each = max(1, (os.cpu_count() or 1) // comm.neighbours)
        os.environ.setdefault("POCL_MAX_PTHREAD_COUNT", str(each))
    driver, index = found
    return Worker(driver, index, RUN_SECONDS if driver.guards else SIMULATOR_SECONDS)
