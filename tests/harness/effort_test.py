"""A limit on time tells a hang from a machine that is busy with something else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clgold.device.effort import GENEROUS, PROC, Effort, Limit, effort, threads

BUSY = "while True: pass"
ASLEEP = "import time\ntime.sleep(600)"
WITH_A_CHILD = (
    f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', '{BUSY}'])\n{ASLEEP}"
)
SECONDS = 0.4

needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="effort is known from /proc alone")


@contextmanager
def process(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own session, which has begun to do what `code` says."""
    words = [sys.executable, "-c", f"print(flush=True)\n{code}"]
    child = subprocess.Popen(words, start_new_session=True, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def awaited(limit: Limit) -> str:
    """Why the limit is up, at last."""
    while not (reason := limit.exceeded()):
        time.sleep(limit.pause)
    return reason


def after(limit: Limit, *efforts: Effort) -> list[str]:
    """The reasons after each of these looks, one a pause."""
    found = []
    for one in efforts:
        limit.waited += limit.pause
        found.append(next(limit.by_effort(one), ""))
    return found


@needs_proc
def test_a_loop_without_end_has_computed_long_enough() -> None:
    with process(BUSY) as child:
        assert awaited(Limit(child.pid, SECONDS)) == "no answer within 0.4 seconds of computing"


@needs_proc
def test_a_process_that_sleeps_has_computed_nothing() -> None:
    with process(ASLEEP) as child:
        reason = awaited(Limit(child.pid, SECONDS))
    assert reason == "no answer, and nothing computed, for 0.4 seconds"


@needs_proc
def test_a_process_that_was_stopped_has_computed_nothing() -> None:
    with process(BUSY) as child:
        os.kill(child.pid, signal.SIGSTOP)
        reason = awaited(Limit(child.pid, SECONDS))
    assert reason == "no answer, and nothing computed, for 0.4 seconds"


@needs_proc
def test_the_effort_of_a_session_takes_in_what_it_started() -> None:
    with process(WITH_A_CHILD) as child:
        deadline = time.monotonic() + 60
        while not (found := effort(child.pid)) or sum(found.seconds.values()) < 0.3:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        assert found.eager


def test_a_process_that_has_just_ended_has_no_threads() -> None:
    assert threads(PROC / "0") == []


def test_what_waits_for_its_turn_has_thirty_times_as_long() -> None:
    limit = Limit(0, 8.0)
    starved = [Effort({"1/1": 0.001 * look}, eager=True) for look in range(int(8 * GENEROUS))]
    reasons = after(limit, *starved)
    assert set(reasons[:-1]) == {""}
    assert reasons[-1] == "no answer within 240 seconds"


def test_work_interrupts_a_rest() -> None:
    limit, rest, work = Limit(0, 2.0), Effort({"1/1": 0.0}, False), Effort({"1/1": 0.1}, False)
    assert after(limit, *[rest] * 7, *[work] * 7) == [""] * 14
    assert after(limit, work, work)[-1] == "no answer, and nothing computed, for 2 seconds"


def test_a_loop_of_launches_by_many_threads_is_found_on_every_processor() -> None:
    limit, processors = Limit(0, 2.0), os.cpu_count() or 1
    threads = [f"1/{number}" for number in range(100 * processors)]
    shares = [Effort(dict.fromkeys(threads, share), True) for share in (0.0, 0.019, 0.021)]
    assert after(limit, *shares) == ["", "", "no answer within 2 seconds of computing"]


def test_where_nothing_is_known_the_clock_counts() -> None:
    with process(ASLEEP) as child:
        gone = child.pid
    assert effort(gone) is None
    assert awaited(Limit(gone, SECONDS)) == "no answer within 0.4 seconds"


def test_a_parent_that_was_stopped_itself_counts_no_more_than_one_pause() -> None:
    with process(ASLEEP) as child:
        limit = Limit(child.pid, 8.0)
        limit.looked -= 3600.0
        assert limit.exceeded() == ""
        assert limit.waited == limit.pause == 1.0
