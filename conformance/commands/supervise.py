"""A command that loads a stranger's Python, watched from a process that has not.

That code may end its process, start threads that never end, or undo an exit code on the way out.
What the command itself says of its end goes through a pipe; nothing else counts.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEAVE = 2.0  # seconds to leave in, once the code is known: threads that never end do not count


def brings_code(arguments: Sequence[str]) -> bool:
    """Whether the command loads a Python file that is not ours, and not under a debugger."""
    given = any(one.startswith("--kernels") or ".py" in Path(one).name for one in arguments)
    return given and "--in-process" not in arguments


def supervised(work: Callable[[], int]) -> tuple[int | None, str]:
    """The exit code of work() in a process of its own; None where it ended without, and how."""
    code, told = os.pipe()
    alive, owner = os.pipe()
    came: list[int] = []
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)  # until it is known whom they are for
    child = os.fork()
    if child == 0:
        os.close(code)
        os.close(owner)
        os.setpgid(0, 0)  # signals of the terminal go to the watching process, which hands them on
        threading.Thread(target=end_with, args=(alive,), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
        number = work()
        os.write(told, bytes([number]))
        raise SystemExit(number)
    os.close(told)
    os.close(alive)

    def forward(number: int, _frame: Any) -> None:
        came.append(number)
        hand_on(child, number)

    for one in FORWARDED:
        signal.signal(one, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    found = os.read(code, 1)
    if found:
        wait(child)
        return found[0], ""
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    if came:
        end_by(came[0])
    return None, f"died of {signal.Signals(-ended).name}" if ended < 0 else f"exited with {ended}"


def end_by(number: int) -> None:
    """End as whoever sent the signal expects, and not by what it did to the other process."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def hand_on(child: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, number)


def end_with(owner: int) -> Any:
    """Die when the pipe closes: whoever watches has been killed."""
    os.read(owner, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def wait(child: int) -> None:
    """Until it has left, or has had its time."""
    end = time.monotonic() + LEAVE
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
