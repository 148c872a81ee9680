"""What clears up behind a process however that ends, by a kill -9 too.

A guardian is a shell that reads from a pipe which its owner alone can write into, and so sees the
owner end. It is there before what it guards, so that at no moment something is there unguarded.
"""

import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED_MEMORY = Path("/dev/shm")

# Ends the group that was named last: a process that hangs in a kernel, or whatever a kernel's
# wrapper has started, would outlive its owner for ever. (The last `read` makes `line` empty.)
OF_PROCESSES = (
    'while read -r line; do group=$line; done; [ -z "$group" ] || kill -s KILL -- "-$group"'
)
# More than once: a process that is being killed may finish a file meanwhile.
OF_A_FOLDER = """while read -r _; do :; done
for _ in 1 2 3 4 5 6 7 8 9; do rm -rf -- "$1" && exit; sleep 1; done"""
# Before a process that is guarded: it begins once its guardian knows it, or never.
GATE = 'read -r _ && exec "$@"'

Process = subprocess.Popen[bytes]


@dataclass(frozen=True, eq=False)
class Folder:
    """A folder of this process, which is removed when it is closed or the process is no more."""

    path: Path
    guardian: Process

    def close(self) -> None:
        dismiss(self.guardian)


def new_folder(place: str | Path) -> Folder:
    """A new folder there, under a name that says whose it is; OSError."""
    path = Path(place) / f"clgold-{os.getpid()}-{secrets.token_hex(8)}"
    guardian = stationed(OF_A_FOLDER, str(path))
    try:
        path.mkdir(mode=0o700)
    except OSError:
        dismiss(guardian)
        raise
    return Folder(path, guardian)


def guarded(words: Sequence[str], **options: Any) -> tuple[Process, Process]:
    """A process of its own session with a pipe as its input, and its guardian; OSError."""
    guardian = stationed(OF_PROCESSES)
    try:
        gate = ["sh", "-c", GATE, "sh", *words]
        process = subprocess.Popen(gate, stdin=subprocess.PIPE, start_new_session=True, **options)
    except OSError:
        dismiss(guardian)
        raise
    for one, word in ((guardian, f"{process.pid}\n"), (process, "\n")):
        assert one.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has been killed, as whoever asks will see
            one.stdin.write(word.encode())
            one.stdin.flush()
    return process, guardian


def answered(words: Sequence[str], **options: Any) -> tuple[int, str, str]:
    """The exit code of a guarded process, and what it has said and complained of."""
    pipe = subprocess.PIPE
    process, guardian = guarded(words, stdout=pipe, stderr=pipe, **options)
    try:
        said, heard = process.communicate()
    finally:
        end(process, guardian)
    return process.returncode, said.decode(errors="replace"), heard.decode(errors="replace")


def end(process: Process, guardian: Process) -> None:
    """The process, whatever it has started, and its guardian, which has nothing left to do."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    guardian.kill()
    dismiss(guardian)


def stationed(script: str, *words: str) -> Process:
    """A guardian of a session of its own, so that no terminal's signal reaches it.

    Its environment is none: whoever looks for the processes of a run by theirs would end it.
    """
    return subprocess.Popen(
        ["sh", "-c", script, "guardian", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", os.defpath)},
        cwd="/",  # it keeps no folder from being unmounted
        start_new_session=True,
    )


def dismiss(guardian: Process) -> None:
    """Let it do what it is there for, and wait until that is done."""
    assert guardian.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it has been killed, before it heard its word
        guardian.stdin.close()
    guardian.wait()


def shared_memory() -> str | None:
    """Where files stay in memory; None, for the usual place, where there is no such folder."""
    writable = SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)
    return str(SHARED_MEMORY) if writable else None
