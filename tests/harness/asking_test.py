"""Drivers that hang are waited for together, and whoever is not needed is ended."""

import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from clgold.device import asking, isolated
from clgold.device.asking import answers
from clgold.device.drivers import Driver
from clgold.device.isolated import Child, Lost, begin

DRIVERS = [Driver(name, "", "") for name in ("a", "b", "c")]
SECONDS, REST = 60.0, 5.0
PATIENCE = 60.0  # seconds for threads that need none, on a busy machine


@dataclass(eq=False)
class Fake:
    """A process that answers, or hangs, when all of `others` wait for an answer too."""

    name: str
    others: threading.Barrier
    hangs: bool
    given: dict[str, tuple[float, float]] = field(default_factory=dict)

    def receive(self, seconds: float, rest: float) -> dict[str, Any]:
        self.given[self.name] = (seconds, rest)
        self.others.wait(PATIENCE)
        if self.hangs:
            raise Lost("timeout", "hung")
        return {"name": self.name}

    def kill(self) -> None:
        self.given[f"{self.name} ended"] = (0.0, 0.0)

    end = kill


def asked(hanging: Sequence[str], together: int) -> tuple[list[Any], dict[str, Any]]:
    """What the drivers say, of which so many are waited for together; and what was done to them."""
    barrier, done = threading.Barrier(together), {}

    def start(driver: Driver) -> Any:
        return Fake(driver.name, barrier, driver.name in hanging, done)

    found = []
    with closing(answers(DRIVERS, start, SECONDS, REST)) as said:
        for answer, _ in said:
            found.append(answer if isinstance(answer, dict) else answer.verdict)
            if isinstance(answer, dict):
                break
    return found, done


def test_drivers_that_hang_are_waited_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ALONE", 0.0)
    found, done = asked("ab", together=3)
    assert found == ["timeout", "timeout", {"name": "c"}]
    assert done == {"a": (SECONDS, REST), "b": (SECONDS, REST), "c": (SECONDS, SECONDS)}


def test_whoever_answers_soon_is_asked_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ALONE", PATIENCE)
    assert asked("", together=1) == ([{"name": "a"}], {"a": (SECONDS, REST)})


def test_the_first_is_taken_however_slow_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ALONE", 0.0)
    found, done = asked("", together=3)
    assert found == [{"name": "a"}]
    assert {"b ended", "c ended"} <= set(done)
    assert "a ended" not in done


def test_a_process_that_cannot_be_started_is_lost() -> None:
    def start(driver: Driver) -> Child:
        raise Lost("crash", f"no {driver.name}")

    with closing(answers(DRIVERS, start, SECONDS, REST)) as found:
        assert [(str(said), child) for said, child in found] == [
            ("no a", None),
            ("no b", None),
            ("no c", None),
        ]


def test_a_process_that_hangs_is_ended_where_it_is_not_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "ALONE", 0.0)
    codes = {"a": "print('{}', flush=True)", "b": "import time; time.sleep(600)"}
    command = lambda _, driver: [sys.executable, "-c", codes[driver.name]]  # noqa: E731 # one line says it
    monkeypatch.setattr(isolated, "command", command)
    children = []

    def start(driver: Driver) -> Child:
        children.append(begin("examine", driver))
        return children[-1]

    with closing(answers(DRIVERS[:2], start, SECONDS, REST)) as found:
        said, first = next(found)
    assert said == {}
    assert first is not None
    first.kill()
    assert all(one.process.returncode is not None for one in children)
