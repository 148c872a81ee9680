"""Ranks under MPI: what passes, what a lost rank is called, and that nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from harness.command import PROGRAM, Answer, clgold
from harness.published import published

from clgold.device.session import Session

SICK = Path(__file__).parent / "kernels" / "sick.py"
RANKS = ("verify", "localnet", "--ranks", "4")

with_mpi = pytest.mark.skipif(find_spec("mpi4py") is None, reason="the extra mpi is not installed")


def slow(*values: object) -> object:
    """A parameter that only the slow runs take."""
    return pytest.param(*values, marks=pytest.mark.slow)


def sick(how: str, device: Session, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """The run in which rank 2 ends so in the first step: what comes after it nobody needs.

    Only a hang has to be waited for: on a busy machine a rank may need 15 s to find its driver.
    """
    monkeypatch.setenv("SICK", how)
    patience = ("--timeout", 30) if how == "hang" else ()
    options = ("--kernels", SICK, *patience, "--device", device.driver.name)
    return clgold(*RANKS, *options, folder=folder)


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What stands in the environment of every process of this test: ranks, workers, guardians."""
    monkeypatch.setenv("CLGOLD_TEST", str(tmp_path))
    return f"CLGOLD_TEST={tmp_path}"


def left(mark: str) -> list[str]:
    """The processes, zombies aside, that bear the mark."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found


@with_mpi
def test_four_ranks_pass_and_the_answer_is_one(tmp_path: Path, opencl: Session, mark: str) -> None:
    options = ("--device", opencl.driver.name, "--json", "found.json")
    answer = clgold(*RANKS, *options, folder=tmp_path)
    assert (answer.code, answer.stderr) == (0, "")
    found = published(tmp_path / "found.json")
    assert (found["verdict"], found["grid"], found["fault"]) == ("pass", [2, 2], None)
    nodes = {(one["name"], one["kind"], one["layer"]) for one in found["nodes"]}
    assert len({name for name, kind, _ in nodes if kind == "transfer"}) == 8
    for node in nodes:
        seen = [one for one in found["nodes"] if (one["name"], one["kind"], one["layer"]) == node]
        places = {(one["rank"], one["step"]) for one in seen}
        assert places >= {(rank, 1) for rank in range(4)}
        assert node[1] == "state" or len(places) == 8
    assert len(found["losses"]) == 2
    assert all(0.5 < loss < 10 for loss in found["losses"])
    assert left(mark) == []


@with_mpi
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("raise", "rank 2 failed in step 0, at L1.filter.output: RuntimeError: no such luck"),
        ("kill", "rank 2 was killed by SIGKILL in step 0, at L1.filter.output; ranks"),
        slow(
            "hang", "rank 2 has not gone on in step 0, at L1.filter.output; ranks 0, 1, 3 wait for"
        ),
        slow("exit", "rank 2 failed in step 0, at L1.filter.output: it exited with status 3"),
        slow("_exit", "rank 2 ended with status 5 in step 0, at L1.filter.output"),
        slow("memory", "rank 2 failed in step 0, at L1.filter.output: it ran out of memory"),
    ],
)
def test_a_lost_rank_is_named_and_none_is_left(
    how: str,
    words: str,
    tmp_path: Path,
    opencl: Session,
    monkeypatch: pytest.MonkeyPatch,
    mark: str,
) -> None:
    answer = sick(how, opencl, tmp_path, monkeypatch)
    assert (answer.code, answer.stdout) == (1, "")
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert left(mark) == []


@with_mpi
@pytest.mark.slow
def test_ranks_die_with_their_command(
    tmp_path: Path, opencl: Session, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setenv("SICK", "hang")
    options = (*RANKS, "--kernels", str(SICK), "--device", opencl.driver.name)
    command = subprocess.Popen([sys.executable, "-P", "-c", PROGRAM, *options], cwd=tmp_path)
    deadline = time.monotonic() + 120
    while len(left(mark)) < 9 and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(command.pid, signal.SIGKILL)
    command.wait()
    while left(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left(mark) == []


@with_mpi
def test_mpiexec_may_start_the_ranks_itself(tmp_path: Path, opencl: Session) -> None:
    from clgold.distributed.launch import find_mpiexec

    command = [sys.executable, "-P", "-c", PROGRAM, "verify", "localnet", "--json", "-"]
    done = subprocess.run(
        [find_mpiexec(), "-n", "2", *command, "--device", opencl.driver.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["grid"]) == ("pass", [1, 2])


def test_without_mpi_there_is_one_sentence(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['mpi4py'] = None; " + PROGRAM
    command = [sys.executable, "-P", "-c", hidden, *RANKS]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'pip install "clgold[mpi]"' in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("conv2d", "--ranks", 2),
            "--timeout and --full are for networks",
        ),
        (("alexnet", "--ranks", 1, "--steps", 2), "--steps is for localnet and --train"),
        (("localnet", "--rtol", 1), "--in-process, --rtol and --atol are not for ranks"),
        (("localnet", "--grid", "2"), "'2' is no grid"),
    ],
)
def test_what_ranks_do_not_take(arguments: tuple[object, ...], words: str, tmp_path: Path) -> None:
    answer = clgold("verify", *arguments, folder=tmp_path)
    assert (answer.code, answer.stdout) == (2, "")
    assert words in answer.stderr


@with_mpi
@pytest.mark.slow
def test_alexnet_passes_on_two_ranks(tmp_path: Path, opencl: Session) -> None:
    options = ("--ranks", 2, "--device", opencl.driver.name, "--json", "-")
    answer = clgold("verify", "alexnet", *options, folder=tmp_path)
    assert (answer.code, answer.stderr) == (0, "")
    moved = {one["name"] for one in answer.json["nodes"] if one["kind"] == "transfer"}
    assert len(moved) == 7


@with_mpi
def test_bisect_names_the_rank_whose_kernel_is_wrong(tmp_path: Path, opencl: Session) -> None:
    file = SICK.with_name("one_rank.py")
    options = (
        "--kernels",
        file,
        "--device",
        opencl.driver.name,
        "--json",
        "found.json",
        "--steps",
        1,
    )
    answer = clgold("bisect", "localnet", "--grid", "3x1", *options, folder=tmp_path)
    assert answer.code == 1, answer.stderr
    fault = published(tmp_path / "found.json")["fault"]
    assert (fault["name"], fault["kind"], fault["ranks"]) == ("L0.filterA.output", "kernel", [0])
    assert any("cause: " in said for said in fault["says"])
