"""Starting ranks: this command again, several times, under mpiexec; and leaving none behind."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clgold.device.guardian import new_folder
from clgold.ranks import Plan

from . import blame, comm
from .status import FOLDER, read_all

PARENT_DIED = 1  # PR_SET_PDEATHSIG
LIBRARY = ctypes.CDLL(None)  # here: nothing may be loaded between fork and exec
# A rank, and behind it what says how it ended: mpiexec may not, and does not say which rank it was.
WITNESS = '"$@"; code=$?; echo $code > "$0/ended-${PMI_RANK:-$OMPI_COMM_WORLD_RANK}"; exit $code'
CODE = "code"  # the file in which the ranks leave the exit code that they agreed on
PROGRAM = "import sys; from clgold.conformance.commands.cli import run; sys.exit(run(sys.argv[1:]))"


@dataclass(frozen=True)
class Ended:
    """How the ranks ended: the code that they agreed on, or else the sentence that says why not."""

    code: int
    sentence: str = ""


def find_mpiexec() -> str:
    """What starts ranks: the wheel's, beside this Python, else the first on the path; NoMPI."""
    if why := comm.missing():
        raise comm.NoMPI(why)
    beside = Path(sys.executable).parent / "mpiexec"
    found = str(beside) if beside.is_file() else shutil.which("mpiexec")
    if found is None:
        raise comm.NoMPI(f"several ranks need mpiexec, which is not on the path: {comm.INSTALL}")
    return found


def launch(arguments: Sequence[str], plan: Plan) -> Ended:
    """Run `clgold` with these arguments as the plan's ranks; NoMPI.

    Whatever happens, no rank is left.
    """
    mpiexec = find_mpiexec()
    with contextlib.closing(new_folder(tempfile.gettempdir())) as own:
        folder = str(own.path)
        witness = ["sh", "-c", WITNESS, folder]
        program = [sys.executable, "-P", "-c", PROGRAM, *arguments]
        process = subprocess.Popen(
            [mpiexec, "-n", str(plan.ranks), *witness, *program],
            env={**os.environ, FOLDER: folder, **threads(plan.ranks)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=die_with_parent,  # one system call: threads may hold what locks they like
        )
        try:
            said, heard = process.communicate()
        finally:
            end(process, folder)
        file = Path(folder) / CODE
        if file.exists():
            sys.stdout.buffer.write(said)
            sys.stderr.buffer.write(heard)
            return Ended(int(file.read_text()))
        words = heard.decode(errors="replace")
        return Ended(1, blame.sentence(read_all(Path(folder)), words, plan))


def threads(ranks: int) -> dict[str, str]:
    """How many threads a rank's libraries may start: all ranks together as many as processors."""
    each = str(max(1, (os.cpu_count() or 1) // ranks))
    return {"OPENBLAS_NUM_THREADS": each, "OMP_NUM_THREADS": each}


def die_with_parent() -> None:
    """This process ends when the one does that started it: mpiexec with the command that wants it,
    a rank with what watches it.
    """
    LIBRARY.prctl(PARENT_DIED, signal.SIGKILL)


def end(mpiexec: "subprocess.Popen[bytes]", folder: str) -> None:
    """No process of the run is left: not mpiexec's, nor any that knows of the run's folder."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(mpiexec.pid, signal.SIGKILL)
    mpiexec.wait()
    for process in survivors(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def survivors(folder: str) -> list[int]:
    """The processes that were started for a run, by what stands in their environment."""
    mark, found = f"{FOLDER}={folder}".encode(), []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in entry.read_bytes().split(b"\0") and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
    return found


def leave_code(code: int) -> bool:
    """In a rank: the code that all agreed on, for the command; False where no command waits."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return False
    (Path(folder) / CODE).write_text(str(code))
    return True
