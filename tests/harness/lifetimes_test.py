"""No process outlives its owner, however that ends, and nothing of it is left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from clgold.device.guardian import SHARED_MEMORY
from clgold.device.session import Session

from .command import PROGRAM, clgold

DEADLY = Path(__file__).parent / "kernels" / "deadly.py"
MARK = "CLGOLD_LIFETIME"
PATIENCE = 60.0  # seconds, on a busy machine; what lives on does so for ten minutes


def marked(mark: str) -> dict[int, str]:
    """The command line of every process that has inherited the mark; a zombie has none."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}\0".encode() in (process / "environ").read_bytes():
                words = (process / "cmdline").read_bytes().split(b"\0")
                found[int(process.name)] = b" ".join(words).decode()
    return {number: line for number, line in found.items() if line}


def waited_for(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.3)
    return holds()


def folders(processes: Iterable[int]) -> list[Path]:
    """Where these processes pass arrays on."""
    return [path for one in processes for path in SHARED_MEMORY.glob(f"clgold-{one}-*")]


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv(MARK, str(tmp_path))
    return str(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
@pytest.mark.parametrize("end", ["SIGKILL", "SIGHUP"])
def test_nothing_outlives_a_command_that_is_ended(
    opencl: Session, mark: str, tmp_path: Path, end: str
) -> None:
    command = ["verify", "relu", "--kernels", str(DEADLY), "--variant", "relu=breeds_endless"]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM, *command, "--device", opencl.driver.name],
        **{"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL},
    )
    assert waited_for(lambda: any(line.startswith("sleep") for line in marked(mark).values()))
    owners = list(marked(mark))
    assert folders(owners)
    os.kill(process.pid, signal.Signals[end])
    process.wait()
    assert waited_for(lambda: not marked(mark)), marked(mark)
    assert waited_for(lambda: not folders(owners))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
def test_nothing_outlives_a_command_that_ends_well(
    opencl: Session, mark: str, tmp_path: Path
) -> None:
    options = ("--kernels", DEADLY, "--variant", "relu=breeds", "--device", opencl.driver.name)
    case = ("--case", "relu input=3,17 probe=real")
    answer = clgold("verify", "relu", *options, *case, folder=tmp_path)
    assert answer.code == 0, answer.stdout + answer.stderr
    assert marked(mark) == {}


POOL = """
import multiprocessing, os, signal
from concurrent.futures import ProcessPoolExecutor
from clgold.golden.produce import end_with_owner
pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=end_with_owner)
pool.submit(int).result()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
def test_a_pool_that_makes_fixtures_ends_with_its_owner(mark: str) -> None:
    done = subprocess.run([sys.executable, "-P", "-c", POOL], check=False)
    assert done.returncode == -signal.SIGKILL
    assert waited_for(lambda: not marked(mark)), marked(mark)
