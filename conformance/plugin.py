"""The pytest plug-in: one device for the run, opened when the first test asks for it.

--device NAME[:INDEX]  the OpenCL driver; by default the first that works
--no-device            leave out, and count, the tests that need one
Without --no-device a test that finds no device fails: it is never skipped.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from clgold.device.session import Session

FIXTURE = "opencl"
OPENED = pytest.StashKey["Session"]()
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("clgold")
    group.addoption("--device", metavar="NAME[:INDEX]", help="OpenCL driver; first that works")
    group.addoption("--no-device", action="store_true", help="leave out tests that need a device")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--no-device"):
        return
    needing = [item for item in items if FIXTURE in getattr(item, "fixturenames", ())]
    config.stash[LEFT_OUT] = len(needing)
    if needing:
        config.hook.pytest_deselected(items=needing)
        items[:] = [item for item in items if item not in needing]


@pytest.fixture(scope="session")
def opencl(request: pytest.FixtureRequest) -> "Session":
    """A session on the device under test."""
    from clgold.device.session import open_session

    session = open_session(request.config.getoption("--device"))
    request.config.stash[OPENED] = session
    return session


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if OPENED in config.stash:
        about = config.stash[OPENED].describe()
        device = f"{about['driver']}: {about['name']}, {about['platform_version']}"
        terminalreporter.write_line(f"OpenCL device: {device}")
    if config.stash.get(LEFT_OUT, 0):
        count = config.stash[LEFT_OUT]
        terminalreporter.write_line(f"--no-device: {count} tests that need a device were left out")
