"""Which rank ended a run, and how, in one sentence."""

import re
import signal
from collections.abc import Sequence

from .comm import named
from .status import Status


def sentence(statuses: Sequence[Status], words: str, memory: int) -> str:
    """The rank, its last node, and who waits for it.

    words is what mpiexec printed; memory what the largest rank needs, in bytes.
    """
    if not statuses:
        return "no rank came up" + last_line(words)
    failed = [one for one in statuses if one.failed and not one.late]
    if failed:
        one = failed[0]
        return f"rank {one.rank} failed{where(one)}: {one.failed}{waiting(statuses, one)}"
    if any(one.late for one in statuses):
        one = waited_for(statuses)
        since = how_long(statuses)
        return f"rank {one.rank} has not gone on{where(one)}{waiting(statuses, one)}{since}"
    for one in statuses:
        if one.ended is not None:
            return f"{how_ended(one, one.ended, memory, len(statuses))}{waiting(statuses, one)}"
    return "a rank ended without a word" + last_line(words)


def where(one: Status) -> str:
    """At which node a rank is."""
    return f" in step {one.step}, at {one.node}" if one.node else " before its first node"


def how_ended(one: Status, code: int, memory: int, ranks: int) -> str:
    """How a rank ended that said nothing itself; the shell adds 128 to a signal's number."""
    number = code - 128
    if number not in signal.valid_signals():
        return f"rank {one.rank} ended with status {code}{where(one)}"
    how = f"rank {one.rank} was killed by {signal.Signals(number).name}{where(one)}"
    if number == signal.SIGKILL and memory >= 1e8:
        how += f" (is there memory for {ranks} × {memory / 1e9:.2g} GB?)"
    return how


def waited_for(statuses: Sequence[Status]) -> Status:
    """The rank that others wait for, and that waits for nobody; else the one most waited for."""
    wanted = [rank for one in statuses for rank in one.waits]
    idle = [one for one in statuses if one.rank in wanted and not one.waits]
    return max(idle or statuses, key=lambda one: wanted.count(one.rank))


def waiting(statuses: Sequence[Status], culprit: Status) -> str:
    """Who waits for a rank, and for what."""
    others = [one for one in statuses if culprit.rank in one.waits]
    if not others:
        return ""
    verb = "waits" if len(others) == 1 else "wait"
    return f"; {named([one.rank for one in others]).rsplit(' ', 1)[0]} {verb} for {others[0].what}"


def how_long(statuses: Sequence[Status]) -> str:
    """How long they had waited when it became too long."""
    found = re.search(r"has waited (\S+ s)", next(one.failed for one in statuses if one.late))
    return f" (since {found[1]})" if found else ""


def last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return f": {lines[-1]}" if lines else ""
