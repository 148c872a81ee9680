"""Rank 2 ends in its first step, as the environment says."""

import os
import signal
import sys
import time

from clgold.device import variant
from clgold.distributed.rank_run import Rank

honest = Rank.compute


def compute(self, step, order, kernel):
    if (self.comm.rank, step, kernel.array) == (2, 0, "L1.filter.output"):
        how = os.environ["SICK"]
        if how == "raise":
            raise RuntimeError("no such luck")
        if how == "exit":
            sys.exit(3)
        if how == "_exit":
            os._exit(5)
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "memory":
            raise MemoryError
        if how == "hang":
            time.sleep(1000)
    return honest(self, step, order, kernel)


Rank.compute = compute


@variant("mul", "never")
def mul(cl, a, b):
    """A file of kernels declares one."""
    return cl.output()
