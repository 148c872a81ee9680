"""The pytest plug-in's options; what they ask for is done in hooks.py.

--device NAME[:INDEX]   an OpenCL driver; may be repeated; by default the first that works
--no-device             leave out, and count, the tests that need one
--kernels FILE          a Python file whose variants are assayed in place of ours
--layer NAME            only variants of this layer or chain; may be repeated
--effort NAME           quick, standard or thorough
--slow                  the tests of minutes too: the large networks
--expectations FILE     known failures of a device, each with a reason; strict (expectations.py)
--write-expectations FILE   propose such a file from this run
--suite-json FILE       the summary as JSON (--junitxml has it too, as a property of each test)

Without --no-device a test that finds no device fails: it is never skipped. The plug-in is loaded
where it is asked for, and nowhere else: its options are words that other projects use too.
"""

from pathlib import Path

import pytest

SUITE = "clgold.conformance.suite"
pytest_plugins = [f"{SUITE}.{name}" for name in ("hooks", "fixtures", "reports")]

# Examples drawn for each assay, of which a variant has eight, one for each probe.
EFFORTS = {"quick": 3, "standard": 4, "thorough": 400}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("clgold")
    group.addoption("--device", action="append", default=[], metavar="NAME[:INDEX]")
    group.addoption("--no-device", action="store_true", help="leave out tests that need a device")
    group.addoption("--kernels", action="append", default=[], type=Path, metavar="FILE")
    group.addoption("--layer", action="append", default=[], metavar="NAME")
    group.addoption("--effort", choices=sorted(EFFORTS), default="standard")
    group.addoption("--slow", action="store_true", help="run the tests marked slow too")
    group.addoption("--expectations", action="append", default=[], type=Path, metavar="FILE")
    group.addoption("--write-expectations", type=Path, metavar="FILE")
    group.addoption("--suite-json", type=Path, metavar="FILE")
