"""Whatever a kernel does to its process is that case's verdict, and the next case is unaffected."""

import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run.case import run_case
from clgold.device.catalogue import VARIANTS as OURS
from clgold.device.catalogue import candidates
from clgold.device.session import Session
from clgold.device.variants import Variant, load_variants
from clgold.device.worker import Worker
from clgold.golden.cases import Case

FILE = Path(__file__).parent / "kernels" / "deadly.py"
VARIANTS = {one.name: one for one in load_variants(FILE)}
FORMS = Path(__file__).parent.parent / "strangers/forms"
CASE = Case("relu", "real", ((3, 17),), {}, 5)


@pytest.fixture(scope="module")
def worker(opencl: Session) -> Iterator[Worker]:
    """A worker of this module's own, impatient, on the driver under test."""
    found = Worker(opencl.driver, 0, seconds=30.0 if opencl.driver.guards else 300.0)
    yield found
    found.close()


def judged(worker: Worker, name: str) -> Comparison:
    return run_case(worker, VARIANTS[name], CASE)


def assert_the_next_case_passes(worker: Worker) -> None:
    assert judged(worker, "right").verdict == "pass"


def test_a_right_kernel_passes_in_a_worker(worker: Worker) -> None:
    assert_the_next_case_passes(worker)


@pytest.mark.parametrize("name", ["leaves", "aborts"])
def test_a_process_that_ends_is_a_crash(worker: Worker, name: str) -> None:
    assert judged(worker, name).verdict == "crash"
    assert_the_next_case_passes(worker)


def test_a_wrapper_that_exits_is_a_mistake_in_it(worker: Worker) -> None:
    assert judged(worker, "exits").verdict == "wrapper-error"
    assert_the_next_case_passes(worker)


def test_a_wild_pointer_is_a_crash_or_an_overrun(worker: Worker) -> None:
    found = judged(worker, "wild")
    assert found.verdict in ("crash", "overrun"), found.message
    assert_the_next_case_passes(worker)


def test_an_endless_loop_is_a_timeout(opencl: Session) -> None:
    hasty = Worker(opencl.driver, 0, seconds=3.0)
    try:
        found = judged(hasty, "endless")
        assert found.verdict == "timeout"
        assert found.message == "no answer within 3 seconds of computing"
        hasty.seconds = 300.0
        assert_the_next_case_passes(hasty)
    finally:
        hasty.close()


def test_more_memory_than_there_is_ends_that_case_alone(worker: Worker) -> None:
    # Drivers differ in whether they call the size wrong, or try and fail.
    assert judged(worker, "greedy").verdict in ("crash", "wrapper-error")
    assert_the_next_case_passes(worker)


def test_what_a_variant_prints_is_no_answer(worker: Worker) -> None:
    assert judged(worker, "chatty").verdict == "pass"


@pytest.mark.parametrize("gone", [False, True], ids=["dying", "gone"])
def test_a_worker_killed_from_outside_is_replaced(worker: Worker, gone: bool) -> None:
    assert_the_next_case_passes(worker)
    assert worker.child is not None
    os.kill(worker.child.process.pid, signal.SIGKILL)
    if gone:  # nobody reads the request any more
        worker.child.process.wait()
    found = judged(worker, "right")
    assert found.verdict in ("crash", "pass")
    assert_the_next_case_passes(worker)


def test_the_last_words_of_a_process_are_in_the_message(worker: Worker) -> None:
    assert "SIGABRT" in judged(worker, "aborts").message


def test_a_result_of_one_run_is_an_operand_of_the_next(worker: Worker) -> None:
    variant: Variant = VARIANTS["right"]
    operand = worker.upload("input", CASE.operands[0])
    first = worker.run(variant, CASE.question, (operand,))
    second = worker.run(variant, CASE.question, (first.output,))
    assert second.verdict == ""
    assert second.output is not None
    assert first.output is not None
    assert (second.output.host == first.output.host).all()


def test_an_unwritable_cache_folder_is_no_obstacle(
    opencl: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    other = Worker(opencl.driver, 0)
    try:
        assert_the_next_case_passes(other)
    finally:
        other.close()


def test_a_full_disk_under_the_cache_folder_costs_no_result(
    opencl: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A limit on the size of files is to a compiler what a full disk is, and needs no mount."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    other = Worker(opencl.driver, 0, seconds=60.0 if opencl.driver.guards else 300.0)
    try:
        assert_the_next_case_passes(other)
        assert other.child is not None
        before = other.child.process.pid
        resource.prlimit(before, resource.RLIMIT_FSIZE, (512, 512))  # enough for CASE's results
        fresh = candidates(OURS, "tanh")[0]
        found = run_case(other, fresh, Case("tanh", "real", ((3, 17),), {}, 5))
        assert found.verdict == "pass", found.message
        said = capfd.readouterr().err
        assert f"{opencl.driver.name} starts again: " in said
        assert "IO failure on output stream" in said or f"kernel cache {tmp_path}" in said
        assert other.child.process.pid != before
        assert_the_next_case_passes(other)
    finally:
        other.close()


def test_a_worker_hands_over_both_runs(worker: Worker) -> None:
    turning = {one.name: one for one in load_variants(FORMS / "turns.py")}
    case = Case("linear_bias_grad", "real", ((7, 5),), {}, 1)
    (grad,) = case.operands
    assert grad is not None
    run = worker.run(turning["spoilt"], case.question, (worker.upload("grad", grad),))
    assert run.again is not None
    assert run.output is not None
    assert run.again.output is not None
    apart = run.again.output.host - run.output.host
    np.testing.assert_allclose(np.abs(apart), 1000, rtol=1e-3)
