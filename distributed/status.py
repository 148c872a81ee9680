"""What every rank is at: a file each in the run's folder, read when a run ends as it should not."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

FOLDER = "CLGOLD_RANKS_FOLDER"  # in the environment of ranks that a command of ours started


@dataclass(frozen=True)
class Status:
    """A rank's last word.

    node    at which it is, or was
    signs   how often it has given a sign of life
    waits   for which ranks, and for what: another rank's part of a transfer
    failed  why it ended all ranks; late where others had kept it waiting
    ended   with which code, where it was the first to end without a word; over 128: by a signal
    """

    rank: int
    process: int
    step: int = 0
    node: str = ""
    signs: int = 0
    waits: tuple[int, ...] = ()
    what: str = ""
    failed: str = ""
    late: bool = False
    ended: int | None = None


class Teller:
    """Keeps a rank's file up to date; does nothing where nobody reads it."""

    def __init__(self, rank: int) -> None:
        folder = os.environ.get(FOLDER)
        self.file = None if folder is None else Path(folder) / f"rank-{rank}.json"
        self.status = Status(rank, os.getpid())
        self.write()

    def at(self, step: int, node: str) -> None:
        """The next node, or more of the same."""
        signs = self.status.signs + 1
        self.status = replace(self.status, step=step, node=node, signs=signs, waits=(), what="")
        self.write()

    def waits(self, what: str, ranks: Sequence[int]) -> None:
        """For whom the rank waits; for nobody any more, where `ranks` is empty."""
        self.status = replace(self.status, waits=tuple(ranks), what=what)
        self.write()

    def signs(self, ranks: Sequence[int]) -> list[str]:
        """What these ranks have written; nothing where nobody reads it."""
        if self.file is None:
            return []
        files = (self.file.with_name(f"rank-{rank}.json") for rank in ranks)
        return [file.read_text() if file.exists() else "" for file in files]

    def failed(self, why: str, late: bool) -> None:
        self.status = replace(self.status, failed=why, late=late)
        self.write()

    def write(self) -> None:
        if self.file is None:
            return
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self.status)))
        fresh.replace(self.file)  # a reader sees the old one or the new one, whole


def read_all(folder: Path) -> tuple[Status, ...]:
    """Every rank's, in order."""
    found = (json.loads(file.read_text()) for file in folder.glob("rank-*.json"))
    statuses = (Status(**{**one, "waits": tuple(one["waits"])}) for one in found)
    return tuple(sorted((first_end(folder, one) for one in statuses), key=lambda one: one.rank))


def first_end(folder: Path, one: Status) -> Status:
    """The status with the rank's end, if it was the first: mpiexec ends the others behind it."""
    ends = sorted(folder.glob("ended-*"), key=lambda file: file.stat().st_mtime_ns)
    if not ends or ends[0].name != f"ended-{one.rank}":
        return one
    return replace(one, ended=int(ends[0].read_text().strip() or 0))
