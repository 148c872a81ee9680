"""Processes of their own for what may crash or hang, drivers and kernels; they answer in JSON.

A module that runs as such a process calls `answering`; others start it by `begin`, or by `answer`
if it has one answer only. That it dies or takes too long is known, and said here alone.
"""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from .drivers import Driver
from .effort import Limit
from .guardian import end, guarded, shared_memory

# A compiler's last words of a build that went well, or did not: no reason to die.
COUNTED = re.compile(r"\d+ (warning|error)s?( and \d+ errors?)? generated\.$")


class Lost(Exception):
    """The process died or was too slow; the verdict and the words that say so."""

    def __init__(self, verdict: str, message: str) -> None:
        super().__init__(message)
        self.verdict, self.message = verdict, message

    @property
    def sentence(self) -> str:
        return f"{self.message[0].upper()}{self.message[1:].rstrip('.')}."


@dataclass(frozen=True, eq=False)
class Child:
    """A process of its own session; `errors` is its standard error.

    Whatever raises Lost has ended it and what it started; so does the guardian when the owner dies.
    `heard` is how much of the errors was there when the last question was asked.
    """

    process: subprocess.Popen[bytes]
    guardian: subprocess.Popen[bytes]
    requests: IO[bytes]
    answers: IO[bytes]
    errors: IO[bytes]
    unread: bytearray = field(default_factory=bytearray)
    heard: list[int] = field(default_factory=lambda: [0])

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The answer; Lost."""
        self.heard[:] = [os.fstat(self.errors.fileno()).st_size]
        try:
            self.requests.write((json.dumps(request) + "\n").encode())
            self.requests.flush()
        except BrokenPipeError:
            raise self.lost() from None
        return self.receive(seconds)

    def receive(self, seconds: float, rest: float | None = None) -> dict[str, Any]:
        """The next answer; Lost when the process dies or takes longer (effort.Limit)."""
        pipe, limit = self.answers.fileno(), Limit(self.process.pid, seconds, rest)
        while True:
            while b"\n" in self.unread:
                line, _, further = self.unread.partition(b"\n")
                self.unread[:] = further
                if (found := parsed(line)) is not None:
                    return found
            if reason := limit.exceeded():
                self.kill()
                raise Lost("timeout", reason)
            ready, _, _ = select.select([pipe], [], [], limit.pause)
            part = os.read(pipe, 2**16) if ready else None
            if part == b"":
                raise self.lost()
            self.unread.extend(part or b"")

    def lost(self) -> Lost:
        """Why the process is no more, with its last words since it was asked."""
        code = self.process.wait()
        self.errors.seek(self.heard[0])
        said = self.errors.read().decode(errors="replace").strip().splitlines()
        lines = [line for line in said if not COUNTED.match(line.strip())]
        self.kill()
        if code < 0:
            how = f"the process died of {signal.Signals(-code).name}"
        else:
            how = f"the process ended with status {code} and without an answer"
        return Lost("crash", f"{how}: {lines[-1].strip()}" if lines else how)

    def end(self) -> None:
        """End the process and whatever it started, as whoever waits for its answer will see."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End it, and nobody waits for its answer."""
        end(self.process, self.guardian)
        for pipe in (self.requests, self.answers, self.errors):
            with contextlib.suppress(BrokenPipeError):  # a request that nobody read
                pipe.close()

    def close(self) -> None:
        """Let the process end well, so that its kernel cache stays warm."""
        with contextlib.suppress(BrokenPipeError):
            self.requests.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        self.kill()


def parsed(line: bytes | bytearray) -> dict[str, Any] | None:
    """The answer in a line; None of what else was printed, before `answering` was called."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def command(module: str, driver: Driver, *arguments: str) -> list[str]:
    """What starts a module of this folder; -P keeps the current folder off the path."""
    return [sys.executable, "-P", "-m", f"{__package__}.{module}", driver.to_json(), *arguments]


def begin(module: str, driver: Driver, *arguments: str) -> Child:
    """Start a module's process for a driver; Lost where that cannot be done."""
    words = command(module, driver, *arguments)
    try:
        errors = tempfile.TemporaryFile(dir=shared_memory())  # noqa: SIM115 # the child's for life
        process, guardian = guarded(words, stdout=subprocess.PIPE, stderr=errors)
    except OSError as error:
        raise Lost("crash", f"a process cannot be started: {error}") from error
    assert process.stdin is not None
    assert process.stdout is not None
    return Child(process, guardian, process.stdin, process.stdout, errors)


def answer(seconds: float, module: str, driver: Driver, *arguments: str) -> dict[str, Any]:
    """The one answer of a module's process, even if it aborts at exit, as PoCL may; Lost."""
    child = begin(module, driver, *arguments)
    try:
        found = child.receive(seconds)
        child.close()
    finally:
        child.kill()
    return found


def answering() -> Callable[[Mapping[str, Any]], None]:
    """In such a process: what writes its answers.

    From here on, what a driver prints of its own accord goes to standard error.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(value: Mapping[str, Any]) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    return tell
