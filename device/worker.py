"""A process that kernels run in. A crash, a hang or an exit there is a verdict here.

A worker holds one driver; after a crash the next request starts a new one, with a kernel cache that
holds nothing of the old one's.
"""

import contextlib
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clgold.reference import Chain
from clgold.reference.spec import Shape

from . import probe
from .drivers import Driver
from .record import from_json
from .run import CACHE_FULL, Run
from .variants import Variant

START_SECONDS = 120.0  # a cold driver loads a compiler of 100 MB
RUN_SECONDS = 60.0
SIMULATOR_SECONDS = 600.0
SHARED_MEMORY = Path("/dev/shm")
NO_ROOM = "IO failure on output stream"  # an LLVM's last words on a full disk


@dataclass(frozen=True, eq=False)
class RemoteArray:
    """An array that stands, or can be put, on the worker's device."""

    name: str
    label: str
    host: np.ndarray

    @property
    def shape(self) -> Shape:
        return self.host.shape

    @property
    def dtype(self) -> np.dtype:
        return self.host.dtype


class Lost(Exception):
    """The worker died or was too slow; the verdict and the sentence that says so."""

    def __init__(self, verdict: str, message: str) -> None:
        super().__init__(message)
        self.verdict, self.message = verdict, message


@dataclass(eq=False)
class Worker:
    """One driver's process, started when it is needed, and again after it has died."""

    driver: Driver
    index: int = 0
    seconds: float = RUN_SECONDS
    process: subprocess.Popen[bytes] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(dir=shared_memory())))
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def describe(self) -> dict[str, Any]:
        """The device in words; NoDevice if the driver does not start."""
        if not self.about:
            try:
                self.start()
            except Lost as lost:
                raise probe.NoDevice(f"{self.driver.name} does not start: {lost.message}") from None
        return self.about

    def upload(self, label: str, values: np.ndarray) -> RemoteArray:
        """An array that the next run which needs it puts on the device."""
        return RemoteArray(f"a{next(self.numbers)}", label, np.ascontiguousarray(values))

    def drop(self, *arrays: Any) -> None:
        """Free the arrays' memory on the device, with the next request."""
        self.dropped += [array.name for array in arrays if array is not None]

    def run(
        self,
        variant: Variant,
        chain: Chain,
        operands: tuple[RemoteArray | None, ...],
        attributes: Mapping[str, Any],
        local_size: tuple[int, ...] | None = None,
        rehearse: bool = False,
    ) -> Run:
        """The run, or its verdict: crash, timeout and out of memory too; or its rehearsal.

        Where the disk of the kernel cache is full, a new process with another cache tries again.
        """
        asked = (variant, chain, operands, attributes, local_size, rehearse)
        run = self.attempt(*asked)
        if run.verdict == CACHE_FULL:
            print(f"{self.driver.name} starts again: {run.message}", file=sys.stderr)
            self.kill()
            run = self.attempt(*asked)
        return run

    def attempt(
        self,
        variant: Variant,
        chain: Chain,
        operands: tuple[RemoteArray | None, ...],
        attributes: Mapping[str, Any],
        local_size: tuple[int, ...] | None,
        rehearse: bool,
    ) -> Run:
        """The run by the process that there is, or else by a new one."""
        output = f"a{next(self.numbers)}"
        try:
            if self.process is None:
                self.start()
            given = [o for o in operands if o is not None]
            missing = {o.name: o for o in given if o.name not in self.present}
            request = {
                "upload": {name: self.save(name, o.host) for name, o in missing.items()},
                "labels": {name: o.label for name, o in missing.items()},
                "drop": self.dropped,
                "source": str(variant.source),
                "layer": chain.name,
                "variant": variant.name,
                "operands": [None if o is None else o.name for o in operands],
                "attributes": attributes,
                "local_size": local_size,
                "rehearse": rehearse,
                "folder": str(self.folder),
                "output": output,
            }
            answer = self.ask(request)
        except Lost as lost:
            full = NO_ROOM in lost.message
            return Run(CACHE_FULL if full else lost.verdict, lost.message)
        self.present = (self.present | set(missing) | {output}) - set(self.dropped)
        self.dropped = []
        return self.read(answer, output)

    def save(self, name: str, values: np.ndarray) -> str:
        file = self.folder / f"{name}.npy"
        np.save(file, values)
        return str(file)

    def read(self, answer: dict[str, Any], name: str) -> Run:
        """The answer with its arrays, whose files are removed."""
        arrays = {key: np.load(file) for key, file in answer["arrays"].items()}
        for file in self.folder.glob("*.npy"):
            file.unlink()
        output = RemoteArray(name, "output", arrays.pop("")) if "" in arrays else None
        return Run(
            answer["verdict"],
            answer["message"],
            output,  # type: ignore[arg-type] # a RemoteArray serves where a DeviceArray does
            arrays,
            answer["profile"],
            tuple(map(Path, answer["sources"])),
            answer["record"] and from_json(answer["record"]),
        )

    def start(self) -> None:
        """Start the process; Lost if it does not come up."""
        errors = (self.folder / "errors").open("wb")
        command = [sys.executable, "-P", "-m", f"{__package__}.serve"]
        self.process = subprocess.Popen(
            [*command, json.dumps(asdict(self.driver)), str(self.index)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        errors.close()
        self.present, self.dropped = set(), []
        self.about = self.receive(START_SECONDS)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write((json.dumps(request) + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.lost() from None
        return self.receive(self.seconds)

    def receive(self, seconds: float) -> dict[str, Any]:
        """The next line of the process; Lost when it dies or takes longer."""
        assert self.process is not None
        assert self.process.stdout is not None
        pipe, data, end = self.process.stdout.fileno(), b"", time.monotonic() + seconds
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
        assert self.process is not None
        code = self.process.wait()
        self.kill()
        if code < 0:
            how = f"the process died of {signal.Signals(-code).name}"
        else:
            how = f"the process ended with status {code}"
        lines = (self.folder / "errors").read_text(errors="replace").strip().splitlines()
        return Lost("crash", f"{how}: {lines[-1].strip()}" if lines else how)

    def kill(self) -> None:
        """End the process and whatever it started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # a request that nobody read
                    pipe.close()
        self.process = None

    def close(self) -> None:
        """Let the process end well, so that its kernel cache stays warm, and clean up."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=10)
            self.process.stdin = None
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def open_worker(name: str | None = None, seconds: float | None = None) -> Worker:
    """A worker for the device that NAME[:INDEX] asks for, by default the first that works.

    Raises UnknownDevice, NoDevice.
    """
    driver, index, _ = probe.select(name)
    limit = seconds or (RUN_SECONDS if driver.guards else SIMULATOR_SECONDS)
    return Worker(driver, index, limit)


def shared_memory() -> str | None:
    """Where files stay in memory; None, for the usual place, where there is no such folder."""
    writable = SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)
    return str(SHARED_MEMORY) if writable else None
