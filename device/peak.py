"""The most multiply-adds that a device makes in a second, measured as kernels are: by a replay."""

from typing import TYPE_CHECKING, Any

import numpy as np

from . import memory
from .programs import KERNELS
from .replay import Player, Replay

if TYPE_CHECKING:
    from .session import Session

CHAINS = 14
WORK_ITEMS = 2**8  # a processor's threads share them evenly
ROUNDS = 2**12  # with them a millisecond or so of a few processors


def peak(session: "Session", lanes: int, rounds: int = ROUNDS) -> Replay:
    """One launch of nothing but multiply-adds, in vectors of so many lanes."""
    import pyopencl as cl

    program = session.program(KERNELS / "peak.cl", (f"-DVEC={lanes}", f"-DCHAINS={CHAINS}"))
    kernel, player = program.kernel("peak", 4), Player(session, [])
    result = player.allocate("peak", (WORK_ITEMS, lanes), np.dtype(np.float32))
    bound: list[Any] = [result.buffer, np.int32(rounds), np.float32(0.999), np.float32(0.1)]
    kernel.set_args(*bound)
    player.note(kernel, (WORK_ITEMS,), (1,), bound)
    cl.enqueue_fill_buffer(session.queue, result.buffer, memory.POISON, 0, result.nbytes)
    return Replay(session, (tuple(player.launches),), {"": result})


def operations(lanes: int, rounds: int = ROUNDS) -> int:
    """Of one replay, two for each multiply-add."""
    return 2 * WORK_ITEMS * lanes * CHAINS * rounds
