"""`clgold golden` in this process, and a folder of few fixtures to spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clgold.conformance.commands import cli

ONLY = "scale_shift-*"
Golden = Callable[..., tuple[int, str, str]]


@pytest.fixture
def golden(capsys: pytest.CaptureFixture[str]) -> Golden:
    """Runs a command; its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = 0
        with np.errstate():
            try:
                cli.main(["golden", *map(str, arguments)])
            except SystemExit as end:
                code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the fixtures of one layer, as the command writes them."""
    folder = tmp_path_factory.mktemp("pristine")
    arguments = ["--fixtures", str(folder), "--only", ONLY, "--reason", "the first"]
    with np.errstate():
        shown = str(folder.parent / "shown.json")
        assert cli.run(["golden", "regenerate", *arguments, "--json", shown]) == 0
    return folder


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    """A copy of its own for every test."""
    return Path(shutil.copytree(pristine, tmp_path / "fixtures"))
