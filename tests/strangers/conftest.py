"""`clgold verify` in the tests' own process and on their session."""

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from clgold.conformance.commands import cli
from clgold.device.session import Session

Verify = Callable[..., tuple[int, Any]]


@pytest.fixture
def verify(
    opencl: Session, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Verify:
    """The command with these words: its exit code and JSON."""
    command = import_module("clgold.conformance.commands.verify")
    monkeypatch.setattr(command, "open_session", lambda _: opencl)
    return lambda *words: run(capsys, *words)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    code = 0
    with np.errstate():
        try:
            cli.main(["verify", *map(str, words), "--in-process", "--json", "-"])
        except SystemExit as end:
            code = int(str(end.code))
    said = capsys.readouterr()
    assert said.out, said.err
    return code, json.loads(said.out)
