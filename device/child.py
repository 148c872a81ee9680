"""A process that answers requests, a line of JSON each; that it dies or takes too long is known."""

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any


class Lost(Exception):
    """The process died or was too slow; the verdict and the sentence that says so."""

    def __init__(self, verdict: str, message: str) -> None:
        super().__init__(message)
        self.verdict, self.message = verdict, message


@dataclass(frozen=True, eq=False)
class Child:
    """A process of its own session; `errors` is the file of its standard error.

    Whatever raises Lost has ended it, and what it started.
    """

    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    answers: IO[bytes]
    errors: Path

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer; Lost."""
        try:
            self.requests.write((json.dumps(request) + "\n").encode())
            self.requests.flush()
        except BrokenPipeError:
            raise self.lost() from None
        return self.receive(seconds)

    def receive(self, seconds: float) -> dict[str, Any]:
        """The next line; Lost when the process dies or takes longer."""
        pipe, data, end = self.answers.fileno(), b"", time.monotonic() + seconds
        while not data.endswith(b"\n"):
            ready, _, _ = select.select([pipe], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                self.kill()
                raise Lost("timeout", f"no answer within {seconds:g} seconds")
            part = os.read(pipe, 2**16)
            if not part:
                raise self.lost()
            data += part
        answer: dict[str, Any] = json.loads(data)
        return answer

    def lost(self) -> Lost:
        """Why the process is no more, with its last words."""
        code = self.process.wait()
        self.kill()
        if code < 0:
            how = f"the process died of {signal.Signals(-code).name}"
        else:
            how = f"the process ended with status {code}"
        lines = self.errors.read_text(errors="replace").strip().splitlines()
        return Lost("crash", f"{how}: {lines[-1].strip()}" if lines else how)

    def kill(self) -> None:
        """End the process and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.requests, self.answers):
            with contextlib.suppress(BrokenPipeError):  # a request that nobody read
                pipe.close()

    def close(self) -> None:
        """Let the process end well, so that its kernel cache stays warm."""
        with contextlib.suppress(BrokenPipeError):
            self.requests.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        self.kill()


def begin(command: Sequence[str], errors: Path) -> Child:
    """Start the command."""
    pipe = subprocess.PIPE
    with errors.open("wb") as words:
        process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=words, start_new_session=True
        )
    assert process.stdin is not None
    assert process.stdout is not None
    return Child(process, process.stdin, process.stdout, errors)
