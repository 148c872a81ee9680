"""Which tests the pytest plug-in runs, on which devices and variants."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clgold.device.catalogue import VARIANTS

from .assays import Assay, assays
from .expectations import Expectation, parts, read

SUITE = Path(__file__).parent
NEED_A_DEVICE = {"opencl", "assay", "worker", "workers"}
ASSAYS = pytest.StashKey[list[Assay]]()
EXPECTED = pytest.StashKey[list[Expectation]]()
LEFT_OUT = pytest.StashKey[int]()
BEGAN = pytest.StashKey[datetime]()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse at once what would be refused later by every test."""
    config.stash[BEGAN] = datetime.now(UTC)
    config.addinivalue_line("markers", "slow: minutes, or one of very many alike; run with --slow")
    files, layers = config.getoption("--kernels"), config.getoption("--layer")
    try:
        config.stash[ASSAYS] = assays(config.getoption("--device"), files, layers)
        variants = [*VARIANTS, *(one.variant for one in config.stash[ASSAYS])]
        paths = config.getoption("--expectations")
        known = [one for path in paths for one in read(path, variants)]
        if config.getoption("--write-expectations"):
            parts(config.getoption("--write-expectations"))
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[EXPECTED] = known
    for option in ("--suite-json", "--write-expectations"):
        path = config.getoption(option)
        if path and not path.parent.is_dir():
            raise pytest.UsageError(f"{option} {path}: there is no folder {path.parent}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each device, variant and probe, named by them; nothing is loaded for it."""
    if SUITE not in metafunc.definition.path.parents:
        return
    if "assay" in metafunc.fixturenames:
        chosen = metafunc.config.stash[ASSAYS]
        metafunc.parametrize("assay", chosen, ids=str)
    elif "device" in metafunc.fixturenames:
        devices = metafunc.config.getoption("--device") or [None]
        metafunc.parametrize("device", devices, ids=[name or "default" for name in devices])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    files, layers = config.getoption("--kernels"), config.getoption("--layer")
    if files or layers:
        leave_out(config, items, lambda item: not asked_for(item, bool(files), layers))
    if not config.getoption("--slow"):
        leave_out(config, items, lambda item: item.get_closest_marker("slow") is not None)
    if config.getoption("--no-device"):
        config.stash[LEFT_OUT] = leave_out(config, items, needs_a_device)


def parameters(item: pytest.Item) -> Mapping[str, Any]:
    """What a test was parametrised with."""
    return getattr(getattr(item, "callspec", None), "params", {})


def asked_for(item: pytest.Item, theirs: bool, layers: Sequence[str]) -> bool:
    """Whether a test judges the variants asked for: the user's files', or ours of these layers."""
    given = parameters(item)
    if SUITE not in item.path.parents:
        return False
    return "assay" in given or (not theirs and given.get("layer") in layers)


def needs_a_device(item: pytest.Item) -> bool:
    return not NEED_A_DEVICE.isdisjoint(getattr(item, "fixturenames", ()))


def leave_out(
    config: pytest.Config, items: list[pytest.Item], which: Callable[[pytest.Item], bool]
) -> int:
    """Deselect the tests, so that pytest counts them; returns how many."""
    gone = [item for item in items if which(item)]
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if not which(item)]
    return len(gone)
