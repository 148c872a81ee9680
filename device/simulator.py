"""What the Oclgrind simulator has to say about a kernel: its log, read after every run."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

LOG = "OCLGRIND_LOG"
CHECK = "OCLGRIND_UNINITIALIZED"

# How a finding begins, and the verdict it is.
FINDINGS = {
    "Invalid read": "overrun",
    "Invalid write": "overrun",
    "Read-write data race": "nondeterministic",
    "Write-write data race": "nondeterministic",
    "Uninitialized": "unwritten",
    "Controlflow depends on uninitialized": "unwritten",
    "Instruction depends on an uninitialized": "unwritten",
    "OCLGRIND FATAL ERROR": "crash",
}

# The check for uninitialised values makes a run about five times slower. What optimisers make of a
# kernel ("freeze", min and max as instructions) it does not know, and stops.
CHECKED_ELEMENTS = 2**13  # of the operands and the output together; beyond it is left off
CHECKED_OPTIONS = ("-cl-opt-disable",)

# Not a verdict: the check for uninitialised values met what it does not know, and stopped the
# kernel. (It cannot follow fract, modf, sincos, frexp, remquo and lgamma_r into private memory.)
UNCHECKED = "unchecked"

# It calls every source input.cl, and has lost the text of one that was built before.
PLACE = re.compile(r"Kernel: (?P<kernel>\w+);.*?At line (?P<line>\d+)(?P<rest>.* of input\.cl:.*)")


def start_log(folder: Path) -> None:
    """Have the simulator, not yet loaded, write its findings to a file of this process."""
    os.environ.setdefault(LOG, str(folder / f"oclgrind-{os.getpid()}.log"))


def log_file() -> Path | None:
    """Where contexts that are made now write their findings; None without a simulator."""
    name = os.environ.get(LOG)
    return Path(name) if name else None


def read_log(path: Path | None, seen: int) -> tuple[str, int]:
    """What the log holds after its first `seen` bytes, and how many it holds now."""
    if path is None or not path.is_file():
        return "", 0
    with path.open("rb") as file:
        file.seek(seen)
        data = file.read()
    return data.decode(errors="replace"), seen + len(data)


def first_finding(log: str) -> tuple[str, str]:
    """The verdict, or UNCHECKED, and the text of the log's first finding; empty without one."""
    for block in log.split("\n\n"):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        for beginning, verdict in FINDINGS.items():
            if lines and lines[0].startswith(beginning):
                given_up = verdict == "crash" and "Uninitialized.cpp" in lines[0]
                return UNCHECKED if given_up else verdict, "; ".join(lines)
    return "", ""


def with_source(words: str, sources: Iterable[Path]) -> str:
    """A finding, with the line of whichever of the sources defines its kernel in LLVM's place."""
    place = PLACE.search(words)
    for path in sorted(sources) if place else ():
        assert place is not None
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        number, defines = int(place["line"]), re.compile(rf"\b{place['kernel']}\s*\(")
        if number <= len(lines) and any(defines.search(line) for line in lines):
            before = words[: place.start("line") - len("; At line ")].split("; ")
            known = "; ".join(one for one in before if "!dbg" not in one)
            return f"{known}; at {path.name}, line {number}: {lines[number - 1].strip()}"
    return words


def checks() -> bool:
    """Whether the simulator is to look for uninitialised values: the user may say no."""
    return os.environ.get(CHECK) == "1"


@contextlib.contextmanager
def unchecked() -> Iterator[Path | None]:
    """OpenCL contexts made meanwhile do not look for uninitialised values; where their log is.

    A log of their own: a context empties the file, and writes where it believes its end to be.
    """
    log = log_file()
    other = log and log.with_name(f"{log.stem}-unchecked{log.suffix}")
    settings = {CHECK: "0", **({LOG: str(other)} if other else {})}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield other
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
