"""What tests of kernels are given: a session, workers, and a book to enter their cases in."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from . import ledger
from .assays import Assay

if TYPE_CHECKING:
    from clgold.device.session import Session
    from clgold.device.worker import Worker

WORKERS = pytest.StashKey[dict[str | None, "Worker"]]()


@pytest.fixture(scope="session")
def opencl(request: pytest.FixtureRequest) -> "Session":
    """A session in this process, on the first device under test."""
    from clgold.device.session import open_session

    devices = request.config.getoption("--device")
    return open_session(devices[0] if devices else None)


@pytest.fixture(scope="session")
def workers(request: pytest.FixtureRequest) -> "Callable[[str | None], Worker]":
    """Gives a device's worker, by the device's name; one for each in the whole run."""
    from clgold.device.worker import open_worker

    opened = request.config.stash.setdefault(WORKERS, {})

    def worker_of(device: str | None) -> "Worker":
        if device not in opened:
            opened[device] = open_worker(device)
        return opened[device]

    return worker_of


@pytest.fixture
def worker(assay: Assay, workers: "Callable[[str | None], Worker]") -> "Worker":
    """The worker of the assay's device."""
    return workers(assay.device)


@pytest.fixture
def book(request: pytest.FixtureRequest) -> Iterator[ledger.Book]:
    """Where a test enters its cases; it goes into the reports (JUnit too) when the test is over."""
    kept = ledger.Book()
    yield kept
    request.node.user_properties.append((ledger.PROPERTY, kept.to_json()))


def pytest_unconfigure(config: pytest.Config) -> None:
    for one in config.stash.get(WORKERS, {}).values():
        one.close()
