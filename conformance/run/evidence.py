"""What a run of a kernel leaves to be explained."""

from dataclasses import dataclass

import numpy as np

from clgold.reference import Question

from ..judge.assess import Checked

Array = np.ndarray


@dataclass(frozen=True)
class Evidence:
    """A run of a kernel, judged, and what it ran on in words: an image, a probe."""

    checked: Checked
    shows: str

    @property
    def question(self) -> Question:
        return self.checked.question

    @property
    def made(self) -> dict[str, Array]:
        """By layer what the kernel handed over, its output last; empty where it gave none."""
        run, last = self.checked.run, self.question.last
        if run.output is None or run.output.host is None:
            return {}
        kept = {name: values for name, values in run.kept.items() if name != last}
        return {**kept, last: run.output.host}
