"""A question that fails, and what it takes to see that a smaller one fails in the same way."""

from dataclasses import dataclass

import numpy as np

from clgold.conformance.judge.assess import Checked, check_alone
from clgold.conformance.judge.compare import Comparison
from clgold.device.protocol import Device
from clgold.device.variants import Variant, VariantError
from clgold.reference import FULL, Question, SpecError

DEADLY = ("crash", "timeout")  # a run that shows it costs a process
FLEETING = ("nondeterministic",)
SIGHTINGS = 3  # how often in a row a fleeting fault must show


@dataclass(frozen=True, eq=False)
class Trial:
    """What is run, and which failure counts; see `failure`."""

    session: Device
    variant: Variant
    failed: Checked

    @property
    def found(self) -> Comparison:
        return self.failed.comparison

    def check(self, question: Question) -> Checked:
        """The question's run and its verdict; nothing of it stays on the device."""
        precise, failed = self.found.verdict == "imprecise", self.failed
        settings = failed.tolerance, precise, failed.local_size
        return check_alone(self.session, self.variant, question, *settings)

    def failure(self, question: Question, vacuous: bool = False) -> Checked | None:
        """The failure, if the question fails in the same way as what was found.

        One whose expected result is all zero does not count, unless it may be `vacuous`.
        """
        if self.found.verdict in DEADLY and not vacuous and is_vacuous(question):
            return None
        for _ in range(SIGHTINGS if self.found.verdict in FLEETING else 1):
            try:
                checked = self.check(question)
            except (SpecError, VariantError):
                return None
            shows = vacuous or shows_something(checked.expected[question.last].value)
            if kind(checked.comparison) != kind(self.found) or not shows:
                return None
        return checked


def is_vacuous(question: Question) -> bool:
    """Whether the expected result is all zero, found out without a run."""
    return not shows_something(question.answer(FULL).value)


def kind(found: Comparison) -> tuple[str, str]:
    """The verdict and, for a wrong one, what the worst element is: a number, NaN, infinite."""
    if found.verdict != "wrong" or found.worst is None:
        return found.verdict, ""
    got = found.worst.got
    return found.verdict, "number" if np.isfinite(got) else "NaN" if np.isnan(got) else "infinite"


def shows_something(expected: np.ndarray) -> bool:
    """Whether some expected element is not 0; of class indices any may be."""
    return bool(np.any(expected != 0)) or expected.dtype.kind == "i"
