"""What happens to a rank's arrays between its kernels, where tests put faults in its place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clgold.ranks import Array

from .comm import Comm
from .exchange import exchange
from .state import Clear, Keep, cleared, kept

Exchange = Callable[[Array, np.ndarray, Comm, int], np.ndarray]


def honest_exchange(array: Array, mine: np.ndarray, comm: Comm, step: int) -> np.ndarray:
    """The exchange under test."""
    return exchange(array, mine, comm)


@dataclass(frozen=True)
class Moves:
    """How parts are exchanged, sums cleared, and updated weights kept."""

    exchange: Exchange = honest_exchange
    clear: Clear = cleared
    keep: Keep = kept


HONEST = Moves()
