"""A process that kernels run in. A crash, a hang or an exit there is a verdict here.

A worker holds one driver; after a crash the next request starts a new process, with what went well
in the old one's kernel cache.
"""

import contextlib
import itertools
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clgold.reference import Question
from clgold.reference.spec import Shape

from . import probe
from .drivers import Driver
from .guardian import Folder, new_folder, shared_memory
from .isolated import Child, Lost, begin
from .record import from_json
from .run import AGAIN, CACHE_FULL, Run
from .variants import Variant

START_SECONDS = 120.0  # a cold driver loads a compiler of 100 MB
RUN_SECONDS = 60.0
SIMULATOR_SECONDS = 600.0
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


def exchange() -> Folder:
    """Where arrays pass from process to process."""
    return new_folder(shared_memory() or tempfile.gettempdir())


@dataclass(eq=False)
class Worker:
    """One driver's process, started when it is needed, and again after it has died."""

    driver: Driver
    index: int = 0
    seconds: float = RUN_SECONDS
    child: Child | None = None
    about: dict[str, Any] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)
    folder: Folder = field(default_factory=exchange)
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
        return RemoteArray(f"a{next(self.numbers)}", label, np.asarray(values, order="C"))

    def drop(self, *arrays: Any) -> None:
        """Free the arrays' memory on the device, with the next request."""
        self.dropped += [array.name for array in arrays if array is not None]

    def run(
        self,
        variant: Variant,
        question: Question,
        operands: tuple[RemoteArray | None, ...],
        local_size: tuple[int, ...] | None = None,
        rehearse: bool = False,
        times: int = 0,
    ) -> Run:
        """The run, or its verdict: crash, timeout and out of memory too; or its rehearsal.

        Where the disk of the kernel cache is full, a new process with another cache tries again.
        """
        asked = (variant, question, operands, local_size, rehearse, times)
        run = self.attempt(*asked)
        if run.verdict == CACHE_FULL:
            print(f"{self.driver.name} starts again: {run.message}", file=sys.stderr)
            self.kill()
            run = self.attempt(*asked)
        return run

    def attempt(
        self,
        variant: Variant,
        question: Question,
        operands: tuple[RemoteArray | None, ...],
        local_size: tuple[int, ...] | None,
        rehearse: bool,
        times: int,
    ) -> Run:
        """The run by the process that there is, or else by a new one."""
        output = f"a{next(self.numbers)}"
        body = {
            **variant_json(variant, question),
            "operands": [None if o is None else o.name for o in operands],
            "local_size": local_size,
            "rehearse": rehearse,
            "times": times,
            "folder": str(self.folder.path),
            "output": output,
        }
        try:
            answer = self.ask(operands, body, self.seconds)
        except Lost as lost:
            full = NO_ROOM in lost.message
            return Run(CACHE_FULL if full else lost.verdict, lost.message)
        self.present.add(output)
        return self.read(answer, output)

    def ask(
        self, arrays: Iterable[RemoteArray | None], body: Mapping[str, Any], seconds: float
    ) -> dict[str, Any]:
        """The process's answer to a request that needs these arrays; Lost, with the process."""
        try:
            child = self.child or self.start()
            missing = {o.name: o for o in arrays if o is not None and o.name not in self.present}
            request = {
                "upload": {name: self.save(name, o.host) for name, o in missing.items()},
                "labels": {name: o.label for name, o in missing.items()},
                "drop": self.dropped,
                **body,
            }
            answer = child.ask(request, seconds)
        except Lost:
            self.child = None
            raise
        self.present = (self.present | set(missing)) - set(self.dropped)
        self.dropped = []
        return answer

    def save(self, name: str, values: np.ndarray) -> str:
        file = self.folder.path / f"{name}.npy"
        np.save(file, values)
        return str(file)

    def read(self, answer: dict[str, Any], name: str) -> Run:
        """The answer with its arrays, whose files are removed."""
        arrays = self.load(answer)
        later = {key: arrays.pop(key) for key in [*arrays] if key.startswith(AGAIN)}
        output = RemoteArray(name, "output", arrays.pop("")) if "" in arrays else None
        again = None
        if later:
            other = self.upload("output", later.pop(AGAIN))
            kept = {key.removeprefix(AGAIN): values for key, values in later.items()}
            again = Run("", "", other, kept, answer["profile"])
        return Run(
            answer["verdict"],
            answer["message"],
            output,
            arrays,
            answer["profile"],
            tuple(map(Path, answer["sources"])),
            answer["record"] and from_json(answer["record"]),
            tuple(answer["seconds"]),
            again,
        )

    def load(self, answer: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """The arrays of an answer, whose files are removed."""
        arrays = {key: np.load(file) for key, file in answer["arrays"].items()}
        for file in self.folder.path.glob("*.npy"):
            file.unlink()
        return arrays

    def start(self) -> Child:
        """Start the process; Lost if it does not come up."""
        self.child = child = begin("serve", self.driver, str(self.index))
        self.present, self.dropped = set(), []
        try:
            self.about = child.receive(START_SECONDS)
        except Lost:
            self.child = None
            raise
        return child

    def take(self, child: Child) -> None:
        """Serve by a process that has tried the driver, and waits to be told which device."""
        with contextlib.suppress(Lost, BrokenPipeError):  # then another one is started
            child.requests.write(f"{self.index}\n".encode())
            child.requests.flush()
            self.about = child.receive(START_SECONDS)
            self.child = child

    def kill(self) -> None:
        """End the process, if there is one."""
        if self.child is not None:
            self.child.kill()
        self.child = None

    def close(self) -> None:
        """Let the process end well, and clean up."""
        if self.child is not None:
            self.child.close()
        self.child = None
        self.folder.close()


def variant_json(variant: Variant, question: Question) -> dict[str, Any]:
    """Which variant is to answer a question, but for its arrays."""
    return {
        "source": str(variant.source),
        "layer": question.chain.name,
        "variant": variant.name,
        "attributes": question.attributes,
        "outputs": question.outputs,
    }


def open_worker(name: str | None = None, seconds: float | None = None) -> Worker:
    """A worker for the device that NAME[:INDEX] asks for, by default the first that works.

    Each driver is tried in the process that is to serve if it is chosen. Raises UnknownDevice,
    NoDevice.
    """
    (driver, index, _), child = probe.select_process(name, lambda driver: begin("serve", driver))
    limit = seconds or (RUN_SECONDS if driver.guards else SIMULATOR_SECONDS)
    worker = Worker(driver, index, limit)
    worker.take(child)
    return worker
