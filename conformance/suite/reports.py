"""What is said of a run of the suite: each failure's fault, what was expected, the summary."""

import json
from collections.abc import Generator

import pytest

from clgold.device.loader import DriverError
from clgold.device.probe import NoDevice, UnknownDevice
from clgold.device.run import WRAPPER_ERROR
from clgold.golden.whole import write_whole

from ..reports.header import header
from . import ledger
from .expectations import Expectation, propose, unmet
from .hooks import BEGAN, EXPECTED, LEFT_OUT
from .invoke import COMMAND


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing report says whose fault it is; xdist carries the attribute along."""
    report = yield
    book = getattr(item, "funcargs", {}).get("book")
    if report.failed:
        error = call.excinfo.value if call.excinfo else None
        vars(report)["blame"] = blame(item, error)
        if error is not None and book and said(error):
            report.longrepr = said(error)
    if report.when == "call" and book:
        book.seconds = call.duration
        for one in item.config.stash[EXPECTED]:
            if one.covers(book):
                compare_with(one, book, report)
                book.expected = one.reason
    if report.when == "teardown" and book and book.picture:
        vars(report)[ledger.PICTURE] = book.picture
    return report


def compare_with(expected: Expectation, book: ledger.Book, report: pytest.TestReport) -> None:
    """Make of a test's report what it is beside what was expected, in pytest's words for that."""
    why = unmet(expected, book)
    if report.failed and not why:
        vars(report).update(outcome="skipped", wasxfail=expected.reason)
    elif report.passed:
        vars(report).update(outcome="failed", longrepr=why, blame="kernel")
    elif why:
        report.longrepr = f"{report.longrepr}\n  {why}"


def said(error: BaseException) -> str:
    """What a failing kernel's test says, without our source; empty for any other failure."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("  ")]
    return "\n".join([str(error), *notes]) if isinstance(error, AssertionError) else ""


def blame(item: pytest.Item, error: BaseException | None) -> str:
    """Whose fault a failure is: the kernel's, its wrapper's, the device's or clgold's own."""
    book = getattr(item, "funcargs", {}).get("book")
    if isinstance(error, (NoDevice, UnknownDevice, DriverError)):
        return "device"
    if book is not None:  # it notes a kernel's failure, whatever pytest or Hypothesis raise then
        if book.failure.startswith(WRAPPER_ERROR):
            return "wrapper"
        return "kernel" if book.failure or error is None else "clgold"
    return "kernel" if error is None or isinstance(error, AssertionError) else "clgold"


def failed(reporter: pytest.TerminalReporter) -> list[dict[str, str]]:
    """The tests that failed and enter no book, each with its last line."""
    entered = {nodeid for nodeid, _ in ledger.entered(reporter)}
    found = []
    for report in [*reporter.stats.get("failed", ()), *reporter.stats.get("error", ())]:
        if report.nodeid not in entered:
            lines = str(report.longrepr).strip().splitlines()
            found.append({"name": report.nodeid, "problem": lines[-1] if lines else ""})
    return found


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
        answer = ledger.summary(books, "pass" if passed else "fail", failed(terminalreporter))
        command = config.stash.get(COMMAND, ("pytest", *config.invocation_params.args))
        told = header(command, config.stash[BEGAN], effort=config.getoption("--effort"))
        text = json.dumps(answer | told, indent=2, ensure_ascii=False) + "\n"
        write_whole(report, text.encode())
    if config.stash.get(LEFT_OUT, 0):
        count = config.stash[LEFT_OUT]
        terminalreporter.write_line(f"--no-device: {count} tests that need a device were left out")
    target = config.getoption("--write-expectations")
    if target:
        count = propose(target, books)
        terminalreporter.write_line(f"{target}: {count} expectations proposed; give their reasons")
