"""Which of our variants are worth it on a driver, where several bear the same work.

    python -m clgold.device.ranking DRIVER

Vectors of 16 lanes are right on every driver that passes their gate, and fast on processors that
have 32 registers of them (AVX-512). Elsewhere they are taken apart into more registers than there
are, which go to memory and back: 78 in place of 172 GFLOP/s on two threads with AVX2, where 8 lanes
are the right choice. It is measured, once for each driver, and kept with its kernels.
"""

import sys

from .drivers import Driver, from_json
from .gates import bears, remembered
from .isolated import answering
from .peak import operations, peak
from .programs import KERNELS
from .session import open_device

TURNS = 7  # of each, in turn, and the best one counts: other processes only make it slower
ROUNDS = 2**10  # a millisecond or so


def pays(driver: Driver, gate: str) -> bool:
    """Whether the driver passes the gate, and what needs it is faster there than what does not."""
    return bears(driver, gate) and (gate != "float16" or _wide(driver))


def _wide(driver: Driver) -> bool:
    """Whether 16 lanes make more multiply-adds a second than 8; not asked of simulators."""
    if not driver.guards:
        return False
    changed = (KERNELS / "peak.cl").stat().st_mtime_ns
    found = remembered(driver, f"ranking-{changed}", "ranking")
    return "reason" not in found and found["16"] > found["8"]


def rates(driver: Driver) -> dict[str, float]:
    """Multiply-adds and additions a second, by lanes, on the driver's first device."""
    session = open_device(driver, 0)
    replays = {lanes: peak(session, lanes, ROUNDS) for lanes in (8, 16)}
    taken = {lanes: list[float]() for lanes in replays}
    for _ in range(TURNS):
        for lanes, replay in replays.items():
            taken[lanes] += [wall for wall, _ in replay.play(0.0)]
    return {str(lanes): operations(lanes, ROUNDS) / min(taken[lanes]) for lanes in replays}


if __name__ == "__main__":
    tell = answering()
    tell(rates(from_json(sys.argv[1])))
