"""What runs a question: a device in this process (session.py) or in one of its own (worker.py)."""

from typing import Any, Protocol

import numpy as np

from clgold.reference import Question

from .drivers import Driver
from .run import Run
from .variants import Variant


class Device(Protocol):
    """One device of one driver."""

    @property
    def driver(self) -> Driver: ...
    @property
    def index(self) -> int:
        """Which of its driver's devices it is."""

    def upload(self, name: str, values: np.ndarray) -> Any:
        """The values on the device, a `Held` (memory.py)."""

    def run(
        self,
        variant: Variant,
        question: Question,
        operands: tuple[Any, ...],
        local_size: tuple[int, ...] | None = None,
        rehearse: bool = False,
        times: int = 0,
    ) -> Run:
        """The variant's run on a question whose operands `upload` put there; or its rehearsal.

        It is run `times` more only to be timed.
        """

    def drop(self, *arrays: Any) -> None:
        """Forget arrays that are no longer needed."""

    def describe(self) -> dict[str, Any]:
        """The device in words, for reports."""

    def close(self) -> None:
        """End what belongs to it."""
