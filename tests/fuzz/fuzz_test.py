"""No input of a stranger's makes a traceback, or hangs: it is taken, or refused with a sentence."""

import random
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .surfaces import REFUSALS, SURFACES, emptied

SECONDS = 30.0  # of this process's own time for one input: none should need a tenth of one


class Hangs(BaseException):
    """The time is up."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Hangs after so many seconds of computing: a busy machine does not count."""

    def stop(*_: Any) -> None:
        raise Hangs

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", SURFACES)
def test_a_strangers_input_is_taken_or_refused(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if name == "ONNX models":
        pytest.importorskip("onnx", reason='onnx is not here: pip install "clgold[onnx]"')
    first, count = request.config.getoption("--fuzz-seed"), request.config.getoption("--fuzz")
    lengths: list[int] = []
    for seed in range(first, first + count):
        rng = random.Random(f"{name} {seed}")
        folder = emptied(tmp_path / "given")
        try:
            with limited(SECONDS), warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")  # a reader's own, which say nothing to a user
                SURFACES[name](rng, folder)
        except REFUSALS as reason:
            lengths.append(len(str(reason).strip()))
        except (Hangs, Exception) as reason:
            raise AssertionError(f"{name}, seed {seed}: {type(reason).__name__}") from reason
    assert 0 not in lengths, "an empty sentence"
    print(f"{name}: {count} inputs, {len(lengths)} refused")
