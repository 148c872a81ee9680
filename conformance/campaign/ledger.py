"""The ledger of a campaign: a folder with a JSON line for each case, appended as it is judged.

What is killed loses the case in hand at most. That one stands in a file beside, so that a case that
takes its run with it is known: after three times it is a crash.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clgold.golden.whole import writable
from clgold.reference.spec import InputError

from ..reports.read import LEDGER
from .plan import Item

FILE, IN_HAND = LEDGER, "in-hand.json"
LIVES = 3  # of a case: as often a worker or a run may be lost over it

Key = tuple[int, Item]


@dataclass(eq=False)
class Ledger:
    """An open ledger, locked; done: verdicts by case; lost: how often a case took its run along."""

    folder: Path
    descriptor: int
    done: dict[Key, str] = field(default_factory=dict)
    lost: dict[Key, int] = field(default_factory=dict)
    devices: set[str] = field(default_factory=set)  # that this run has told of

    def write(self, line: Mapping[str, Any]) -> None:
        """Append a line: one write, of all of it."""
        os.write(self.descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())

    def enter(self, key: Key, found: Mapping[str, Any]) -> None:
        """A case that is judged."""
        number, item = key
        told = {"driver": item.driver, "variant": item.variant, "case": item.case}
        self.write({"kind": "case", "round": number, **told, **found})
        self.done[key] = str(found["verdict"])

    def take(self, key: Key) -> None:
        """That a case is in hand, from now on."""
        number, item = key
        text = json.dumps([number, item.driver, item.variant, item.case, self.lost.get(key, 0)])
        (self.folder / IN_HAND).write_text(text, encoding="utf-8")

    def close(self) -> None:
        (self.folder / IN_HAND).unlink(missing_ok=True)
        os.close(self.descriptor)


def open_ledger(folder: Path) -> Ledger:
    """The ledger in a folder, a new one where there is none; InputError."""
    with writable(f"--ledger {folder}:"):
        folder.mkdir(exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        descriptor = os.open(folder / FILE, flags, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise InputError(f"--ledger {folder}: another campaign is writing it") from None
    ledger = Ledger(folder, descriptor)
    whole = cut_torn_line(folder / FILE)
    for number, line in enumerate(whole.splitlines(), start=1):
        entry = read_entry(f"{folder / FILE}, line {number}", line)
        if entry.get("kind") == "case":
            ledger.done[key_of(entry)] = str(entry.get("verdict"))
    count_lost(ledger)
    return ledger


def cut_torn_line(path: Path) -> bytes:
    """What is in the file, without a last line that has no end, in the file neither."""
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        os.truncate(path, len(whole))
    return whole


def read_entry(where: str, line: bytes) -> dict[str, Any]:
    """A line of a ledger; InputError."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{where}: is no JSON object, so this is no ledger")
    return found


def key_of(entry: Mapping[str, Any]) -> Key:
    item = Item(*(str(entry.get(name, "")) for name in ("driver", "variant", "case")))
    number = entry.get("round", 0)
    return number if isinstance(number, int) else 0, item


def count_lost(ledger: Ledger) -> None:
    """The case that was in hand when a run was killed has lost a life."""
    path = ledger.folder / IN_HAND
    try:
        number, driver, variant, case, lost = json.loads(path.read_text(encoding="utf-8"))
        key = (int(number), Item(driver, variant, case))
        ledger.lost = {key: int(lost) + 1} if key not in ledger.done else {}
    except (OSError, ValueError, TypeError):  # none in hand, or killed while it was written
        ledger.lost = {}


def begin(ledger: Ledger, head: Mapping[str, Any]) -> None:
    """What a run says of itself, at its beginning."""
    ledger.write({"kind": "run", **head})
