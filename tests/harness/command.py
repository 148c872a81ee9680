"""Runs `clgold` for a test: in a process of its own, or here where it must refuse."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clgold.device.session import Session

PROGRAM = "from clgold.conformance.commands.cli import main; main()"
SECONDS = 900  # a simulator needs minutes


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit code, standard output and standard error."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


def device_name(session: Session) -> str:
    """What --device takes to name the session's device."""
    index = session.device.platform.get_devices().index(session.device)
    return f"{session.driver.name}:{index}"


def clgold(*arguments: object, folder: Path) -> Answer:
    """Run the command with `folder` as the working folder."""
    command = [sys.executable, "-P", "-c", PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    return Answer(done.returncode, done.stdout, done.stderr)
