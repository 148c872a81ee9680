"""Which rank ended a run, and how, in one sentence."""

import re
import signal
from collections.abc import Sequence

from clgold.ranks import Plan, transfers

from .comm import named
from .status import Status


def sentence(statuses: Sequence[Status], words: str, plan: Plan) -> str:
    """The rank, its last node, and who waits for it, or would; words is what mpiexec printed."""
    if not statuses:
        return "no rank came up" + last_line(words)
    failed = [one for one in statuses if one.failed and not one.late]
    if failed:
        one = failed[0]
        return f"rank {one.rank} failed{where(one)}: {one.failed}{waiting(statuses, one, plan)}"
    if any(one.late for one in statuses):
        one = waited_for(statuses)
        since = how_long(statuses)
        return f"rank {one.rank} has not gone on{where(one)}{waiting(statuses, one, plan)}{since}"
    for one in statuses:
        if one.ended is not None:
            return how_ended(one, one.ended, plan) + waiting(statuses, one, plan)
    return "a rank ended without a word" + last_line(words)


def where(one: Status) -> str:
    """At which node a rank is."""
    return f" in step {one.step}, at {one.node}" if one.node else " before its first node"


def how_ended(one: Status, code: int, plan: Plan) -> str:
    """How a rank ended that said nothing itself; the shell adds 128 to a signal's number."""
    number = code - 128
    if number not in signal.valid_signals():
        return f"rank {one.rank} ended with status {code}{where(one)}"
    how = f"rank {one.rank} was killed by {signal.Signals(number).name}{where(one)}"
    memory = max(sum(plan.memory(rank).values()) for rank in range(plan.ranks))
    if number == signal.SIGKILL and memory >= 1e8:
        how += f" (is there memory for {plan.ranks} × {memory / 1e9:.2g} GB?)"
    return how


def waited_for(statuses: Sequence[Status]) -> Status:
    """The rank that others wait for, and that waits for nobody; else the one most waited for."""
    wanted = [rank for one in statuses for rank in one.waits]
    idle = [one for one in statuses if one.rank in wanted and not one.waits]
    return max(idle or statuses, key=lambda one: wanted.count(one.rank))


def waiting(statuses: Sequence[Status], culprit: Status, plan: Plan) -> str:
    """Who waits for a rank, and for what; where nobody has come so far, who would next."""
    others = [one for one in statuses if culprit.rank in one.waits]
    if others:
        verb = "waits" if len(others) == 1 else "wait"
        return f"; {listed([one.rank for one in others])} {verb} for {others[0].what}"
    names = [one.array for one in plan.kernels]
    for name in names[names.index(culprit.node) if culprit.node in names else 0 :]:
        sent = transfers(plan.arrays[name])
        if ranks := sorted(one.target for one in sent if one.source == culprit.rank):
            verb = "needs" if len(ranks) == 1 else "need"
            return f"; {listed(ranks)} {verb} its part of {name}"
    return ""


def listed(ranks: Sequence[int]) -> str:
    """These ranks in words."""
    return named(ranks).rsplit(" ", 1)[0]


def how_long(statuses: Sequence[Status]) -> str:
    """How long they had waited when it became too long."""
    found = re.search(r"has waited (\S+ s)", next(one.failed for one in statuses if one.late))
    return f" (since {found[1]})" if found else ""


def last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return f": {lines[-1]}" if lines else ""
