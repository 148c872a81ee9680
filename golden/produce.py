"""Computes fixtures, on every core; and says what a changed one changed."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .archive import digest
from .fixtures import NodeCase, Source, Spec, golden_output
from .manifest import STORED_LIMIT, Fixture

CHUNK = 60  # cases that one process takes at a time


@dataclass(frozen=True)
class Made:
    """A fixture as computed here and now, with its output."""

    spec: Spec
    fixture: Fixture
    output: np.ndarray


def produce(wanted: Sequence[Spec]) -> Iterator[list[Made]]:
    """Every fixture, in lists as they are done; the lists' number is len(chunks(wanted))."""
    parts = chunks(wanted)
    processes = min(len(parts), os.cpu_count() or 1)
    if processes < 2:
        yield from map(make, parts)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=end_with_owner) as pool:
        for done in as_completed([pool.submit(make, part) for part in parts]):
            yield done.result()


def end_with_owner() -> None:
    """In a process of the pool: die with its owner, for whom it would wait for ever."""
    owner = multiprocessing.parent_process()
    assert owner is not None

    def watch() -> None:
        owner.join()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def chunks(wanted: Sequence[Spec]) -> list[list[Spec]]:
    """Parts of similar size; a network's trace, which is computed as a whole, in one part."""
    parts = []
    for _, group in groupby(wanted, key=lambda spec: trace_of(spec.source)):
        together = list(group)
        size = len(together) if isinstance(together[0].source, NodeCase) else CHUNK
        parts += [together[k : k + size] for k in range(0, len(together), size)]
    # What takes longest is begun first.
    return sorted(parts, key=lambda part: not isinstance(part[0].source, NodeCase))


def trace_of(source: Source) -> tuple[str, ...]:
    return (source.network, source.photograph) if isinstance(source, NodeCase) else ()


def make(wanted: Sequence[Spec]) -> list[Made]:
    """The fixtures, one after another."""
    with np.errstate(all="ignore"):  # whatever the data hold, the result is defined
        return [make_one(spec) for spec in wanted]


def make_one(spec: Spec) -> Made:
    operands = zip(spec.source.names, spec.source.operands, strict=True)
    inputs = {name: digest(values) for name, values in operands if values is not None}
    try:
        output = golden_output(spec.source)
    except Exception as error:
        error.add_note(f"while the fixture {spec.identity} was computed: {spec.source}")
        raise
    stored = output.nbytes <= STORED_LIMIT
    fixture = Fixture(str(spec.source), spec.why, inputs, digest(output), stored)
    return Made(spec, fixture, output)


def computed_by() -> str:
    """What computes here: for information, as it has no influence on any bit."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    system = os.uname()
    versions = f"NumPy {np.__version__}, {blas['name']} {blas['version']}"
    return f"{versions}, {system.sysname} {system.machine}"
