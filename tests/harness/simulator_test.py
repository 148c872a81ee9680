"""What Oclgrind finds in a kernel becomes a verdict with the kernel's line; the rest needs none.

The tests that run kernels need Oclgrind, whichever device the others run on.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run.case import run_case
from clgold.device import catalogue, simulator
from clgold.device.drivers import discover
from clgold.device.simulator import CHECKED_ELEMENTS
from clgold.device.variants import load_variants
from clgold.device.worker import SIMULATOR_SECONDS, Worker
from clgold.golden.cases import Case, parse_case

FILE = Path(__file__).parent / "kernels" / "unwritten.py"
SOURCE = FILE.with_suffix(".cl")
VARIANTS = {one.name: one for one in load_variants(FILE)}
CASE = Case("relu", "real", ((3, 5),), {}, 5)

INVALID = """
Invalid write of size 4 at global memory address 0x200000000003c
\tKernel: pointer
\tEntity: Global(0,0,0) Local(0,0,0) Group(0,0,0)
\t  store float %1, float addrspace(1)* %2, align 4, !dbg !19
\tAt line 31 (column 5) of input.cl:
\t  (source not available)
\t
"""
STOPPED = """
OCLGRIND FATAL ERROR (./src/{file}:194)
Work item needed to access private memory!
\tKernel: pointer
\tAt line 30 (column 24) of input.cl:
"""


@pytest.mark.parametrize(
    ("log", "verdict"),
    [
        ("", ""),
        ("hello\n\n", ""),
        (INVALID, "overrun"),
        (INVALID.replace("Invalid write", "Invalid read"), "overrun"),
        ("\nRead-write data race at local memory address 0x0\n", "nondeterministic"),
        ("\nUninitialized value written to local memory address 0x0\n", "unwritten"),
        ("\nUninitialized address used to read from private memory\n", "unwritten"),
        ("\nControlflow depends on uninitialized value\n", "unwritten"),
        ("\nInstruction depends on an uninitialized index value\n", "unwritten"),
        (STOPPED.format(file="core/WorkItem.cpp"), "crash"),
        (STOPPED.format(file="plugins/Uninitialized.cpp"), simulator.UNCHECKED),
        (INVALID + STOPPED.format(file="core/WorkItem.cpp"), "overrun"),  # the first counts
    ],
)
def test_the_first_finding_is_the_verdict(log: str, verdict: str) -> None:
    assert simulator.first_finding(log)[0] == verdict


def test_a_finding_names_the_file_and_shows_its_line(tmp_path: Path) -> None:
    words = simulator.first_finding(INVALID)[1]
    other = tmp_path / "another.cl"
    other.write_text("// pointer\n" * 40)
    shown = simulator.with_source(words, [other, SOURCE])
    line = SOURCE.read_text().splitlines()[30].strip()
    assert shown.endswith(f"Group(0,0,0); at unwritten.cl, line 31: {line}")
    assert simulator.with_source(words, [other]) == words
    assert simulator.with_source("Invalid write", [SOURCE]) == "Invalid write"


@pytest.mark.parametrize("before", [None, "0", "1"])
def test_the_check_is_off_and_the_log_another_only_meanwhile(
    before: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(simulator.CHECK, raising=False)
    if before is not None:
        monkeypatch.setenv(simulator.CHECK, before)
    monkeypatch.setenv(simulator.LOG, str(tmp_path / "a.log"))
    with simulator.unchecked() as log:
        assert os.environ[simulator.CHECK] == "0"
        assert simulator.log_file() == log == tmp_path / "a-unchecked.log"
    assert os.environ.get(simulator.CHECK) == before
    assert simulator.log_file() == tmp_path / "a.log"


def test_a_log_is_read_from_where_it_was_left(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    assert simulator.read_log(None, 7) == simulator.read_log(log, 0) == ("", 0)
    log.write_text("one")
    assert simulator.read_log(log, 0) == ("one", 3)
    log.write_text("one two")
    assert simulator.read_log(log, 3) == (" two", 7)


@pytest.fixture(scope="module")
def oclgrind() -> Iterator[Worker]:
    driver = next((one for one in discover() if not one.guards), None)
    if driver is None:
        pytest.skip("Oclgrind is not installed")
    worker = Worker(driver, 0, SIMULATOR_SECONDS)
    yield worker
    worker.close()


def judged(worker: Worker, name: str) -> Comparison:
    return run_case(worker, VARIANTS[name], CASE)


@pytest.mark.parametrize("name", ["tile_begun_late", "sum_without_start", "branch_without_start"])
def test_reading_what_nobody_wrote_is_found_on_its_line(oclgrind: Worker, name: str) -> None:
    found = judged(oclgrind, name)
    assert found.verdict == "unwritten"
    assert "ninitialized value" in found.message
    kernel = SOURCE.read_text().partition(f"void {name}(")[2].partition("__kernel")[0]
    line = next(line for line in kernel.splitlines() if line.endswith("// here"))
    assert found.message.endswith(line.strip())
    assert f"at {SOURCE.name}, line {SOURCE.read_text().splitlines().index(line) + 1}: " in (
        found.message
    )


@pytest.mark.parametrize("name", ["honest", "pointer"])
def test_an_honest_kernel_passes_the_simulator(oclgrind: Worker, name: str) -> None:
    found = judged(oclgrind, name)
    assert found.verdict == "pass", found.message


def test_what_happens_in_large_arrays_is_found_between_small_ones(oclgrind: Worker) -> None:
    """Where the check is too slow it is off: another OpenCL context, with another log."""
    over = VARIANTS["overruns"]
    for width in (1, CHECKED_ELEMENTS, 1, CHECKED_ELEMENTS):
        case = Case("relu", "real", ((3, 5 * width),), {}, 5)
        assert run_case(oclgrind, over, case).verdict == "overrun"
        assert judged(oclgrind, "tile_begun_late").verdict == "unwritten"
        assert judged(oclgrind, "honest").verdict == "pass"


def test_the_check_is_on_again_after_a_kernel_that_stopped_it(oclgrind: Worker) -> None:
    assert judged(oclgrind, "pointer").verdict == "pass"
    assert judged(oclgrind, "tile_begun_late").verdict == "unwritten"


def test_a_kernel_that_is_made_only_optimised_runs_without_that_check(oclgrind: Worker) -> None:
    assert judged(oclgrind, "inlined").verdict == "pass"


def test_winograds_kernels_are_looked_at_whole(oclgrind: Worker) -> None:
    case = parse_case("conv2d input=1,16,5,6 weight=16,16,3,3")
    ours = catalogue.candidates(catalogue.VARIANTS, "conv2d")
    right = next(one for one in ours if one.name == "winograd2")
    assert run_case(oclgrind, right, case).verdict == "pass"
