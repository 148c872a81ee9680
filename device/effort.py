"""How much a process works: a busy machine, on which it waits its turn, must not look like a hang.

Linux tells in /proc; elsewhere nothing is known, and a limit counts what the clock shows.
"""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")

# A right kernel of S seconds among L busy processes on C processors takes about S·(L + C)/C: 30
# times is a load of 58 on two. It matters only for what neither computes nor rests: a dead disk.
GENEROUS = 30.0
RESTING = 0.02  # of a processor: a driver's threads may wake now and then and find nothing to do


@dataclass(frozen=True)
class Effort:
    """What the threads of a process, and of those that it started, have done so far."""

    seconds: Mapping[str, float]  # of CPU time, by thread
    eager: bool  # whether one of them computes, or waits for its turn or for a disk

    def since(self, before: "Effort") -> dict[str, float]:
        return {name: s - before.seconds.get(name, 0.0) for name, s in self.seconds.items()}


def effort(session: int) -> Effort | None:
    """The effort of all processes of a session; None where that cannot be known."""
    if not (PROC / str(session) / "stat").exists():
        return None
    tick = 1.0 / os.sysconf("SC_CLK_TCK")
    found, states = {}, set()
    for process in PROC.glob("[0-9]*"):
        fields = stat(process)
        if not fields or int(fields[3]) != session:
            continue
        for thread in threads(process):
            if fields := stat(thread):
                states.add(fields[0])
                found[f"{process.name}/{thread.name}"] = tick * sum(map(int, fields[11:13]))
    return Effort(found, bool(states & {"R", "D"}))


def threads(process: Path) -> list[Path]:
    """The folders of its threads; none where it has just ended."""
    try:
        return list((process / "task").glob("[0-9]*"))
    except OSError:
        return []


def stat(folder: Path) -> list[str]:
    """The fields behind the name: state, parent, group, session, …; none of what has ended."""
    try:
        return (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


@dataclass(eq=False)
class Limit:
    """Tells when a process that owes an answer has had its time.

    That is when one of its threads has computed for `seconds`: on a quiet machine the clock would
    show as much. (All threads' sum would be no measure: on 64 processors a second of a right kernel
    is a minute.) It is also when all of them have rested for `seconds`, when the processors would
    have been theirs for as long (a loop of launches, each by another thread), and in any case after
    GENEROUS times `seconds`. Who has something else to turn to may give it less `rest`.
    """

    session: int
    seconds: float
    rest: float | None = None
    looked: float = field(default_factory=time.monotonic)
    waited: float = 0.0
    rested: float = 0.0
    seen: "list[Effort]" = field(default_factory=list)  # the first and the last

    @property
    def pause(self) -> float:
        """How long to wait for the answer before the next look."""
        return min(1.0, self.seconds / 8)

    def exceeded(self) -> str:
        """Why the time is up; empty when it is not, and when the last look was a moment ago."""
        now = time.monotonic()
        if now - self.looked < self.pause:
            return ""
        # No more than a pause, whatever the clock says: this process may have been stopped itself.
        self.looked, self.waited = now, self.waited + self.pause
        latest = effort(self.session)
        reasons = self.by_the_clock(self.seconds) if latest is None else self.by_effort(latest)
        return next(reasons, "")

    def by_the_clock(self, seconds: float) -> Iterator[str]:
        if self.waited >= seconds:
            yield f"no answer within {seconds:g} seconds"

    def by_effort(self, latest: Effort) -> Iterator[str]:
        """The reasons that hold, after what the process has done since the last look."""
        first, last = self.seen or (latest, latest)
        self.seen = [first, latest]
        worked = sum(latest.since(last).values())
        resting = not latest.eager and worked <= RESTING * self.pause
        self.rested = self.rested + self.pause if resting else 0.0
        threads = latest.since(first).values()
        everywhere = sum(threads) / (os.cpu_count() or 1)  # a thread's worth on every processor
        if max(everywhere, *threads, 0.0) >= self.seconds:
            yield f"no answer within {self.seconds:g} seconds of computing"
        rest = self.seconds if self.rest is None else self.rest
        if self.rested >= rest:
            yield f"no answer, and nothing computed, for {rest:g} seconds"
        yield from self.by_the_clock(GENEROUS * self.seconds)
