"""Kills at random moments: a right verdict or a clear end, nothing left, and the next run works.

    pytest --slow tests/harness/kills_test.py

tries 20 kills of the whole command and 20 of its worker; another --fuzz-seed draws other moments.
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from clgold.device.guardian import SHARED_MEMORY
from clgold.device.session import Session

from .command import PROGRAM, device_name
from .lifetimes_test import MARK, marked, waited_for
from .published import published

KILLS = 20
SECONDS = 600.0  # for a run, on a busy machine
LOOK = 0.02  # seconds between two looks at what runs
KERNELS = """
from clgold.device import variant

@variant("relu", "mine")
def mine(cl, input):
    output = cl.output()
    cl.launch(cl.source("__kernel void relu(__global const float *x, __global float *y) "
                        "{ y[get_global_id(0)] = BODY; }"),
              "relu", (input.nbytes // 4,), None, input, output)
    return output
"""
RIGHT, WRONG = "fmax(x[get_global_id(0)], 0.0f)", "x[get_global_id(0)]"
CASE = ("--case", "relu input=3,17 probe=real")
QUICK = ("--effort", "quick")
# What is killed, with the exit code that it has if nobody does, and what it leaves then.
COMMANDS: dict[str, tuple[tuple[str, ...], int, set[str]]] = {
    "verify": (("verify", *CASE, "--variant", "relu=naive", "--json", "a.json"), 0, {"a.json"}),
    "theirs": (("verify", *CASE, "--kernels", "right.py", "--json", "a.json"), 0, {"a.json"}),
    "campaign": (("campaign", "run", "list.txt", "--ledger", "kept"), 0, {"kept"}),
    "bisect": (
        ("bisect", "relu", *CASE, "--kernels", "wrong.py", "--output", "out", "--json", "a.json"),
        1,
        {"a.json", "out"},
    ),
    "suite": (
        ("suite", "--kernels", "right.py", "-k", "exact", *QUICK, "--suite-json", "a.json"),
        0,
        {"a.json"},
    ),
}
GIVEN = {"right.py", "wrong.py", "list.txt"}
ENDS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
INTERRUPTED, MISMATCH, NO_DEVICE = 130, 1, 3


@dataclass(eq=False)
class Place:
    """Where one of the commands runs, again and again, and all that it may touch."""

    root: Path
    name: str
    device: str
    length: float = 0.0  # of the last run that nobody killed: the machine may be busier than before

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    def begin(self) -> None:
        """Before a run that is killed: its length is known, what earlier ones left is gone."""
        if not self.length:
            self.finishes()
        for path in self.work.iterdir():
            if path.name not in GIVEN:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def start(self) -> subprocess.Popen[bytes]:
        words, environment = COMMANDS[self.name][0], dict(os.environ)
        environment |= {MARK: str(self.root), "XDG_CACHE_HOME": str(self.root / "cache")}
        environment |= {"TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"}
        device = () if self.name == "campaign" else ("--device", self.device)
        return subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, *words, *device],
            **{"cwd": self.work, "env": environment},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE},
        )

    def finishes(self) -> None:
        """The command ends as it should, and leaves what it should."""
        _, code, whole = COMMANDS[self.name]
        begun, process = time.monotonic(), self.start()
        said, heard = process.communicate(timeout=SECONDS)
        self.length = time.monotonic() - begun
        assert process.returncode == code, heard.decode()
        assert {path.name for path in self.work.iterdir()} - GIVEN == whole, said.decode()
        for name in whole - {"out"}:
            published(self.work / name)
        if "out" in whole:
            assert json.loads((self.work / "a.json").read_text())["faults"]
            assert [path.name for path in (self.work / "out").glob("repro-*/repro.py")]
        self.left_nothing(process.pid)

    def left_nothing(self, *owners: int) -> None:
        """No process of the place is left, nothing in shared memory, no temporary file."""
        assert waited_for(lambda: not marked(str(self.root))), marked(str(self.root))
        shared = [f"clgold-{owner}-*" for owner in owners]
        assert waited_for(lambda: not [x for one in shared for x in SHARED_MEMORY.glob(one)])
        assert waited_for(lambda: not list(self.temporary.iterdir())), list(
            self.temporary.iterdir()
        )

    def whole(self) -> None:
        """What is there is whole: a report that can be read, or none."""
        for name in {path.name for path in self.work.iterdir()} & {"a.json"}:
            published(self.work / name)


def children(process: int) -> list[int]:
    """The processes that it has started, and that are its own to end."""
    with contextlib.suppress(OSError):
        return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
    return []


def workers(place: Place) -> list[int]:
    return [one for one, words in marked(str(place.root)).items() if "clgold.device.serve" in words]


def by_python(heard: bytes) -> bool:
    """Whether Python has answered an interrupt itself: before our first line, or after the last."""
    return b"Traceback" in heard and not re.search(rb'cli\.py", line \d+, in main', heard)


@pytest.fixture(scope="module")
def places(opencl: Session, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Place]:
    """A place for every command."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("there is no /proc")
    device = device_name(opencl)
    found = {name: Place(tmp_path_factory.mktemp(name), name, device) for name in COMMANDS}
    for place in found.values():
        place.work.mkdir()
        place.temporary.mkdir()
        for name, body in (("right.py", RIGHT), ("wrong.py", WRONG)):
            (place.work / name).write_text(KERNELS.replace("BODY", body))
        sizes = [f"relu input={n},17 probe=real seed={n}" for n in range(1, 25)]
        lines = "".join(f"{place.device}\tnaive\t{one}\n" for one in sizes)
        (place.work / "list.txt").write_text(lines)
    return found


def drawn(what: str, number: int, request: pytest.FixtureRequest) -> random.Random:
    return random.Random(f"{what} {request.config.getoption('--fuzz-seed') + number}")


many = pytest.mark.parametrize(
    "number", [pytest.param(n, marks=[pytest.mark.slow] if n else []) for n in range(KILLS)]
)


@many
def test_a_command_that_is_killed_leaves_nothing(
    places: dict[str, Place], number: int, request: pytest.FixtureRequest
) -> None:
    rng = drawn("command", number, request)
    place, end = places[list(COMMANDS)[number % len(COMMANDS)]], rng.choice(ENDS)
    place.begin()
    moment = rng.random() * place.length
    process = place.start()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    owners = [process.pid, *children(process.pid)]
    process.send_signal(end)
    _, heard = process.communicate(timeout=SECONDS)
    print(
        f"{place.name}: {end.name} after {moment:.2f} s of {place.length:.2f}: {process.returncode}"
    )
    usual = COMMANDS[place.name][1]
    codes = {usual, -end, *[INTERRUPTED] * (end == signal.SIGINT)}
    if not (end == signal.SIGINT and by_python(heard)):
        assert process.returncode in codes, heard.decode()
        assert b"Traceback" not in heard, heard.decode()
    place.left_nothing(*owners)
    place.whole()
    place.finishes()


@many
def test_a_worker_that_is_killed_is_a_crash_or_no_matter(
    places: dict[str, Place], number: int, request: pytest.FixtureRequest
) -> None:
    rng = drawn("worker", number, request)
    place = places[list(COMMANDS)[number % len(COMMANDS)]]
    place.begin()
    process = place.start()
    while process.poll() is None and not workers(place):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK)
    moment = rng.random() * place.length / 2  # the other half is the command's own beginning
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    found = workers(place)
    for one in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    said, heard = process.communicate(timeout=SECONDS)
    print(f"{place.name}: {len(found)} killed {moment:.2f} s after it began: {process.returncode}")
    usual = COMMANDS[place.name][1]
    words = (said + heard).decode()
    assert process.returncode in {usual, MISMATCH, NO_DEVICE}, words
    assert process.returncode == usual or "SIGKILL" in words, words
    assert "Traceback" not in words, words
    place.left_nothing(process.pid)
    place.whole()
    place.finishes()
