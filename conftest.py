"""Settings for the whole suite: Hypothesis profiles, threads, and the slow tests on request."""

import os

import pytest
from hypothesis import HealthCheck, settings

# A deadline would make the verdict depend on the machine's load.
settings.register_profile(
    "standard",
    deadline=None,
    max_examples=40,  # the whole suite is to take at most five minutes on two cores
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("standard")

# The tests' processes share the processors: BLAS's threads would only wait for each other, busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]
