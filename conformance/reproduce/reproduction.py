"""From a failing run to a folder that shows the failure on its own."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.reference import Chain, SpecError
from clgold.reference.chain import resolve
from clgold.reference.spec import Shape

from ..check import Checked
from ..compare import Comparison, Tolerance
from .case import DEADLY, Case, Same, Trial, operand_names
from .contents import Irreproducible, Silent, confirm, make_contents
from .shrink import Budget, shrink
from .values import FILLS
from .words import describe_case
from .write import Unwritable, write_folder

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
    runs     how many cases were tried, and how many seconds all of it took
    """

    path: Path | None
    case: str
    shapes: tuple[Shape | None, ...]
    verdict: str
    message: str
    runs: int = 0
    seconds: float = 0.0


def reproduce(
    session: Session | Worker,
    variant: Variant,
    chain: Chain,
    operands: tuple[Any, ...],
    attributes: Mapping[str, Any],
    found: Comparison,
    folder: Path,
    name: str,
    *,
    tolerance: Tolerance | None = None,
    local_size: tuple[int, ...] | None = None,
    same: Same | None = None,
) -> Reproduction:
    """Shrink a failing case while it fails in the same way, and write `folder`/repro-`name`/.

    operands are float32 arrays, or the device's with their `host`; `found` is the failure.
    A failure counts as the same when verdict and kind of the worst element agree, and `same`, if
    given, says so of the smaller case and its run. Kernels that crash or hang need a Worker.
    Raises nothing for a failure that cannot be reproduced: then `message` says why.
    """
    begun = time.monotonic()
    arrays = tuple(getattr(operand, "host", operand) for operand in operands)
    trial = Trial(session, variant, chain, found, tolerance, local_size, same)
    whole = case = Case(arrays, attributes)
    budget = Budget(RUNS, SECONDS)
    path, message = None, ""
    try:
        whole = case = Case(arrays, resolve(chain, case.shapes, attributes)[0])
        with patience(session, found.verdict):
            case, checked = shrunk(trial, case, budget)
            try:
                path = write_folder(folder, name, make_contents(trial, case, checked), confirm)
            except Silent:  # a race may need all the work-items that there were
                case, checked = whole, trial.check(whole)
                path = write_folder(folder, name, make_contents(trial, case, checked), confirm)
        found = checked.comparison
    except (Irreproducible, Silent, Unwritable, SpecError) as reason:
        message = str(reason)
    return Reproduction(
        path,
        describe_case(chain, case),
        case.shapes,
        found.verdict,
        message or found.message,
        budget.spent,
        time.monotonic() - begun,
    )


@contextlib.contextmanager
def patience(session: Session | Worker, verdict: str) -> Iterator[None]:
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


def shrunk(trial: Trial, case: Case, budget: Budget) -> tuple[Case, Checked]:
    """The smallest failing case, and what it gives; Irreproducible where nothing fails again."""
    verdict = trial.found.verdict
    if verdict in NOT_FAILURES:
        raise Irreproducible(f"the verdict is {verdict}: there is no failure to reproduce")
    failures: list[Checked] = []
    vacuous = trial.vacuous(case)

    def holds(candidate: Case) -> bool:
        failure = trial.failure(candidate, vacuous)
        failures.extend(() if failure is None else (failure,))
        return failure is not None

    # A death or a hang is taken on trust: to see it again costs a process.
    if verdict not in DEADLY and not holds(case):
        raise Irreproducible("it does not fail again on the same data")
    names = operand_names(trial.chain, len(case.operands))
    fills = () if verdict == "timeout" else FILLS  # every hang takes seconds
    deeply = verdict not in NOT_DEEPLY
    case = shrink(trial.chain, case, names, holds, budget, fills, deeply)
    return case, failures[-1] if failures else trial.check(case)
