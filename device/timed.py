"""Replays (replay.py) in a worker's process: made ready, played, and asked what came of them.

What goes wrong there raises Lost, with the verdict that a run would have.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.reference import Question

from .gates import passes
from .isolated import Lost
from .variants import Variant
from .worker import RemoteArray, Worker, variant_json


@dataclass(frozen=True)
class Asked:
    """A part of a replay: which variant answers which question, on arrays by their names.

    Of the question's operands only the shapes count. `output` is the name of the result.
    """

    variant: Variant
    question: Question
    operands: tuple[str | None, ...]
    output: str


@dataclass(frozen=True)
class Timed:
    """A replay that is ready in a worker's process."""

    worker: Worker
    name: str

    def play(self, least: float) -> list[tuple[float, float]]:
        """Wall and CPU seconds of each of several replays, `least` seconds together."""
        return pairs(self.said("play", least=least))

    def split(self) -> list[tuple[float, float]]:
        """The same of each part in one replay, each part waited for."""
        return pairs(self.said("split"))

    def values(self) -> dict[str, np.ndarray]:
        """What came of it, the output under the empty name; there is no replay after that."""
        return self.worker.load(self.said("values", folder=str(self.worker.folder.path)))

    def said(self, what: str, **more: Any) -> dict[str, Any]:
        return self.worker.ask((), {"replay": self.name, "what": what, **more}, self.worker.seconds)


def pairs(answer: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The seconds of an answer, after JSON has made lists of its tuples."""
    return [(wall, cpu) for wall, cpu in answer["seconds"]]


def ready(
    worker: Worker, name: str, parts: Sequence[Asked], arrays: Mapping[str, RemoteArray]
) -> Timed:
    """The replay of the parts in order on these arrays, under a name of its own."""
    for one in parts:
        closed = passes(worker.driver, one.variant.gate) if one.variant.gate else ""
        if closed:
            raise Lost("unsupported", closed)
    said = [part_json(one, arrays) for one in parts]
    return begun(worker, name, arrays.values(), parts=said)


def ready_peak(worker: Worker, name: str, lanes: int) -> Timed:
    """The replay of nothing but multiply-adds (peak.py)."""
    return begun(worker, name, (), parts=[], lanes=lanes)


def begun(worker: Worker, name: str, arrays: Iterable[RemoteArray], **more: Any) -> Timed:
    body = {"replay": name, "what": "prepare", **more}
    answer = worker.ask(arrays, body, worker.seconds * max(1, len(more["parts"])))
    if answer["verdict"]:
        raise Lost(answer["verdict"], answer["message"])
    return Timed(worker, name)


def part_json(part: Asked, arrays: Mapping[str, RemoteArray]) -> dict[str, Any]:
    """The part for the worker, which knows arrays by names of its own."""
    names = [arrays[o].name if o is not None and o in arrays else o for o in part.operands]
    return {
        **variant_json(part.variant, part.question),
        "operands": names,
        "output": part.output,
    }
