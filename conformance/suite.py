"""What the pytest plug-in does: its tests' devices and variants, and the summary."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from . import expectations, ledger
from .assay import Assay, assays

if TYPE_CHECKING:
    from clgold.device.session import Session
    from clgold.device.worker import Worker

NEED_A_DEVICE = ("opencl", "assay", "worker")
WORKERS = pytest.StashKey[dict[str | None, "Worker"]]()
LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[WORKERS] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each device, variant and probe, named by them; nothing is loaded for it."""
    if "assay" not in metafunc.fixturenames:
        return
    config = metafunc.config
    try:
        found = assays(
            config.getoption("--device"), config.getoption("--kernels"), config.getoption("--layer")
        )
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    metafunc.parametrize("assay", found, ids=str)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--no-device"):
        leave_out(config, items)
    try:
        known = [e for path in config.getoption("--expectations") for e in expectations.read(path)]
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    for item in items:
        assay = getattr(getattr(item, "callspec", None), "params", {}).get("assay")
        if not isinstance(assay, Assay):
            continue
        for one in known:
            if one.covers(assay):
                mark = pytest.mark.xfail(reason=one.reason, raises=AssertionError, strict=True)
                item.add_marker(mark)


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect, and count, what needs a device."""
    needing = [i for i in items if set(NEED_A_DEVICE) & set(getattr(i, "fixturenames", ()))]
    config.stash[LEFT_OUT] = len(needing)
    config.hook.pytest_deselected(items=needing)
    items[:] = [item for item in items if item not in needing]


@pytest.fixture(scope="session")
def opencl(request: pytest.FixtureRequest) -> "Session":
    """A session in this process, on the first device under test."""
    from clgold.device.session import open_session

    devices = request.config.getoption("--device")
    return open_session(devices[0] if devices else None)


@pytest.fixture
def worker(assay: Assay, request: pytest.FixtureRequest) -> "Worker":
    """The worker of the assay's device; one for each device in the whole run."""
    from clgold.device.worker import open_worker

    workers = request.config.stash[WORKERS]
    if assay.device not in workers:
        workers[assay.device] = open_worker(assay.device)
    return workers[assay.device]


@pytest.fixture
def book(request: pytest.FixtureRequest) -> Iterator[ledger.Book]:
    """Where a test enters its cases; it goes into the reports (JUnit too) when the test is over."""
    kept = ledger.Book()
    yield kept
    request.node.user_properties.append((ledger.PROPERTY, kept.to_json()))


def pytest_unconfigure(config: pytest.Config) -> None:
    for one in config.stash.get(WORKERS, {}).values():
        one.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run in which nothing was run has shown nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    books = ledger.collect(reporter) if reporter else []
    if ledger.nothing_ran(books) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    books = ledger.collect(terminalreporter)
    for line in ledger.table(books):
        terminalreporter.write_line(line)
    if ledger.nothing_ran(books):
        terminalreporter.write_line("No case was run, so nothing is shown: the run fails.")
    report = config.getoption("--suite-json")
    if report:
        passed = exitstatus == 0 and not ledger.nothing_ran(books)
        answer = ledger.summary(books, "pass" if passed else "fail")
        report.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    if config.stash.get(LEFT_OUT, 0):
        count = config.stash[LEFT_OUT]
        terminalreporter.write_line(f"--no-device: {count} tests that need a device were left out")
    target = config.getoption("--write-expectations")
    if target:
        count = expectations.write(target, [book for book in books if book.failure])
        terminalreporter.write_line(f"{target}: {count} expectations proposed; give their reasons")
