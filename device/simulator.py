"""What the Oclgrind simulator has to say about a kernel: its log, read after every run."""

import os
from pathlib import Path

LOG = "OCLGRIND_LOG"

# How a finding begins, and the verdict it is.
FINDINGS = {
    "Invalid read": "overrun",
    "Invalid write": "overrun",
    "Read-write data race": "nondeterministic",
    "Write-write data race": "nondeterministic",
    "Uninitialized": "unwritten",
    "Controlflow depends on uninitialized": "unwritten",
}


def start_log(folder: Path) -> None:
    """Have the simulator, not yet loaded, write its findings to a file of this process."""
    os.environ.setdefault(LOG, str(folder / f"oclgrind-{os.getpid()}.log"))


def read_log(seen: int) -> tuple[str, int]:
    """What the log holds after its first `seen` bytes, and how many it holds now."""
    path = Path(os.environ.get(LOG, ""))
    if not path.is_file():
        return "", 0
    with path.open("rb") as file:
        file.seek(seen)
        data = file.read()
    return data.decode(errors="replace"), seen + len(data)


def first_finding(log: str) -> tuple[str, str]:
    """The verdict and the text of the log's first finding; empty if there is none."""
    for block in log.split("\n\n"):
        for beginning, verdict in FINDINGS.items():
            if block.strip().startswith(beginning):
                lines = (line.strip() for line in block.splitlines())
                return verdict, "; ".join(line for line in lines if line)
    return "", ""
