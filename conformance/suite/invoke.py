"""pytest on the suite from any folder: with its own root and configuration, and nobody else's.

Nothing is written beside the suite or into the working folder: pytest's cache is off, Hypothesis
keeps what it computes of Python itself in the user's cache folder, and a failure's replay line
takes the place of an example database.
"""

import contextlib
import io
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import platformdirs
import pytest

from clgold.device.probe import NoDevice, UnknownDevice, select
from clgold.reference.spec import InputError

FOLDER = Path(__file__).parent
OPTIONS = (
    *("-c", str(FOLDER / "suite.ini")),
    *("--rootdir", str(FOLDER.parents[1])),  # so that ids begin with conformance/suite/
    "--noconftest",
    *("-p", "no:cacheprovider"),
    *("-r", "N"),  # the summary would say every failure again, whole where CI is set
    *("-p", "xdist.plugin"),
    *("-p", "_hypothesis_pytestplugin"),
    *("-p", "clgold.conformance.suite.plugin"),
)
COMMAND = pytest.StashKey[tuple[str, ...]]()  # the words behind `clgold`, for the report
PASSED, MISMATCH, BAD_INPUT, NO_DEVICE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 4, 130


@dataclass(eq=False)  # pytest wants to hash it
class Outcome:
    """A pytest plug-in that sees what pytest's exit code does not tell apart."""

    command: tuple[str, ...] = ()
    blamed: set[str] = field(default_factory=set)
    refusal: Exception | None = None
    interrupted: bool = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Refuse tests that are not the suite's, and devices that do not work."""
        config.stash[COMMAND] = self.command
        others = [name for name in config.args if name != str(FOLDER)]
        if others:
            raise pytest.UsageError(f"the suite has its own tests, got {others[0]!r} too")
        if config.getoption("--collect-only") or config.getoption("--no-device"):
            return
        try:
            for name in config.getoption("--device") or [None]:
                select(name)
        except (NoDevice, UnknownDevice) as error:
            self.refusal = error
            raise pytest.UsageError(str(error)) from None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:  # what says nothing is a process of xdist's that died
            self.blamed.add(getattr(report, "blame", "clgold"))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.blamed.add("clgold")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted = excinfo.errisinstance(KeyboardInterrupt)


def run_suite(options: Sequence[str]) -> int:
    """Run the suite with pytest's and the plug-in's options; the exit code of clgold.

    0 all passed, 1 a mismatch, 2 a mistake in a wrapper, 3 a device that failed, 4 a fault of
    clgold's own. Raises InputError where pytest refuses the options or they leave no test,
    NoDevice, UnknownDevice.
    """
    isolate()
    outcome, errors = Outcome(("suite", *options)), io.StringIO()
    with contextlib.redirect_stderr(errors):
        code = pytest.main([*OPTIONS, *options, str(FOLDER)], plugins=[outcome])
    if outcome.refusal:
        raise outcome.refusal
    if code == pytest.ExitCode.USAGE_ERROR:
        raise InputError(f"suite: {sentence(errors.getvalue())}")
    sys.stderr.write(errors.getvalue())
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise InputError("suite: these options leave no test")
    return exit_code(code, outcome)


def isolate() -> None:
    """Keep what other projects and plug-ins ask of pytest out of this process and its children."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    cache = platformdirs.user_cache_path("clgold") / "hypothesis"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache))
    # The processes of -n share the processors, and BLAS's threads would wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def exit_code(code: int, outcome: Outcome) -> int:
    """clgold's exit code; a fault of its own comes first, for then a verdict may be missing."""
    if outcome.interrupted:
        return INTERRUPTED
    if "clgold" in outcome.blamed or code == pytest.ExitCode.INTERNAL_ERROR:
        return OUR_FAULT
    if "device" in outcome.blamed:
        return NO_DEVICE
    if "wrapper" in outcome.blamed:
        return BAD_INPUT
    if outcome.blamed or code == pytest.ExitCode.TESTS_FAILED:
        return MISMATCH
    return PASSED if code == pytest.ExitCode.OK else OUR_FAULT


def sentence(errors: str) -> str:
    """What pytest says of wrong usage, without its usage line."""
    text = click.unstyle(errors).strip()
    found = re.search(r"error: (.+)", text)
    return found[1] if found else text.removeprefix("ERROR: ")
