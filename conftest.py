"""Settings for all tests: the suite's plug-in, the Hypothesis profile, threads."""

import atexit
import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["clgold.conformance.suite.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, default=30, help="inputs for each surface of tests/fuzz")
    parser.addoption("--fuzz-seed", type=int, default=0, help="of the first of them")


# A deadline would make the verdict depend on the machine's load.
# `pytest --hypothesis-profile=thorough` tries five times as many examples as an ordinary run.
for name, examples in (("standard", 12), ("thorough", 60)):
    settings.register_profile(
        name,
        deadline=None,
        max_examples=examples,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("standard")

# The tests' processes share the processors: BLAS's threads would only wait for each other, busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Tests start hundreds of processes. Where Python is told to write no bytecode, each of them would
# compile every module anew: a third of the 1.3 s of CPU that a command takes to begin.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    from clgold.device.guardian import new_folder  # here: BLAS has read the variable above

    bytecode = new_folder(tempfile.gettempdir())  # which a kill -9 of the tests removes too
    os.environ["PYTHONPYCACHEPREFIX"] = str(bytecode.path)
    atexit.register(bytecode.close)
