"""From a failing run to a folder that shows the failure on its own."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clgold.conformance.judge.assess import Checked
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.reference import Question, SpecError
from clgold.reference.spec import InputError, Shape

from .case import DEADLY, Trial, is_vacuous
from .contents import Irreproducible
from .shrink import Budget, shrink
from .values import FILLS
from .write import Silent, write_folder

RUNS, SECONDS = 300, 20.0
HANG_SECONDS = 3.0  # a run of a small case that takes longer hangs
NOT_FAILURES = ("pass", "unsupported", "vacuous")
# Whose data are plain as a whole or not at all: each try costs a process, or integers hide it.
NOT_DEEPLY = (*DEADLY, "imprecise")


@dataclass(frozen=True)
class Reproduction:
    """What became of it: the folder, None where there is none, and then `message` says why.

    case     the shrunk case in words: operands with their shapes, attributes
    shapes   of its operands, in the chain's order, None for those absent
    verdict  and message: those of the shrunk case, or why it cannot be reproduced
    runs     how many cases were tried
    """

    path: Path | None
    case: str
    shapes: tuple[Shape | None, ...]
    verdict: str
    message: str
    runs: int


def reproduce(
    session: Device, variant: Variant, failed: Checked, folder: Path, name: str
) -> Reproduction:
    """Shrink what failed while it fails in the same way, and write `folder`/repro-`name`/.

    A failure counts as the same when verdict and kind of the worst element agree. Kernels that
    crash or hang need a Worker. Raises nothing for a failure that cannot be reproduced: then
    `message` says why.
    """
    trial, budget = Trial(session, variant, failed), Budget(RUNS, SECONDS)
    checked, path, message = failed, None, ""
    try:
        with patience(session, trial.found.verdict):
            checked = shrunk(trial, budget)
            try:
                path = write_folder(folder, name, trial, checked)
            except Silent:  # a race may need all the work-items that there were
                checked = trial.check(failed.question)
                path = write_folder(folder, name, trial, checked)
    except (Irreproducible, Silent, InputError, SpecError) as reason:
        message = str(reason)
    return Reproduction(
        path,
        str(checked.question),
        checked.question.shapes,
        checked.comparison.verdict,
        message or checked.comparison.message,
        budget.spent,
    )


@contextlib.contextmanager
def patience(session: Device, verdict: str) -> Iterator[None]:
    """Little of it for a kernel that hangs."""
    if verdict != "timeout" or not isinstance(session, Worker) or not session.driver.guards:
        yield
        return
    usual = session.seconds
    session.seconds = min(usual, HANG_SECONDS)
    try:
        yield
    finally:
        session.seconds = usual


def shrunk(trial: Trial, budget: Budget) -> Checked:
    """The smallest failing question's run; Irreproducible where nothing fails again."""
    verdict, question = trial.found.verdict, trial.failed.question
    if verdict in NOT_FAILURES:
        raise Irreproducible(f"the verdict is {verdict}: there is no failure to reproduce")
    failures: list[Checked] = []
    vacuous = is_vacuous(question)

    def holds(candidate: Question) -> bool:
        failure = trial.failure(candidate, vacuous)
        failures.extend(() if failure is None else (failure,))
        return failure is not None

    # A death or a hang is taken on trust: to see it again costs a process.
    if verdict not in DEADLY and not holds(question):
        raise Irreproducible("it does not fail again on the same data")
    fills = () if verdict == "timeout" else FILLS  # every hang takes seconds
    smallest = shrink(question, holds, budget, fills, verdict not in NOT_DEEPLY)
    return failures[-1] if failures else trial.check(smallest)
