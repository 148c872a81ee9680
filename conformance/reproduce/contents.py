"""What goes into the folder of a shrunk case: its launches, and what is expected of them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from clgold.device.drivers import Driver
from clgold.device.memory import GUARD_BYTES
from clgold.device.record import Record
from clgold.device.session import Session
from clgold.device.simulator import CHECK, CHECKED_OPTIONS
from clgold.device.worker import Worker
from clgold.reference import Enclosure

from .. import precision
from ..check import Checked
from ..compare import Comparison
from .case import FLEETING, Case, Trial
from .words import readme, title
from .write import Answer, Contents

LAUNCH_SECONDS = 600  # what repro.py gives a launch
HANG_SECONDS = 5  # what it gives one that does not end
FLEETING_RUNS = 50


class Irreproducible(Exception):
    """Why the launches alone cannot show the fault, as a sentence."""


class Silent(Exception):
    """That a folder does not show its fault, as a sentence."""


def make_contents(trial: Trial, case: Case, checked: Checked) -> Contents:
    """All that is written for the case; Irreproducible where the fault is not in its launches."""
    record = recorded(trial, case)
    driver, found = trial.session.driver, checked.comparison
    first = title(trial.chain, trial.variant.name, found.verdict, driver.name)
    hangs = found.verdict == "timeout" and driver.guards
    settings = {
        "RUNS": FLEETING_RUNS if found.verdict in FLEETING else 2,
        "SECONDS": HANG_SECONDS if hangs else LAUNCH_SECONDS,
        "GUARD": GUARD_BYTES if driver.guards else 0,
        "DRIVER": driver.library,
        "DEVICE": device_index(trial.session),
        "ENVIRONMENT": environment(driver, found),
        "PRELOAD": list(driver.preload),
    }
    text = readme(trial.chain, case, found, first, trial.session.describe(), record)
    data = {k: values for k, values in enumerate(case.operands) if values is not None}
    answers = expected_answers(trial, case, checked, record)
    return Contents(first, text, record, data, answers, settings)


def environment(driver: Driver, found: Comparison) -> dict[str, str]:
    """The driver's; a simulator looks for uninitialised values only where they are the fault."""
    given = dict(driver.environment)
    if CHECK in given:
        sought = found.verdict == "unwritten" and "ninitialized" in found.message
        given[CHECK] = "1" if sought else "0"
        given["OCLGRIND_BUILD_OPTIONS"] = " ".join(CHECKED_OPTIONS) if sought else ""
    return given


def device_index(session: Session | Worker) -> int:
    """Which of its driver's devices it is."""
    if isinstance(session, Worker):
        return session.index
    return int(session.device.platform.get_devices().index(session.device))


def recorded(trial: Trial, case: Case) -> Record:
    """The launches; Irreproducible where the fault is not in them."""
    run = trial.rehearse(case)
    file = trial.variant.source.name
    if run.record is None:
        raise Irreproducible(f"it fails before any kernel is launched: {run.message}")
    if not run.record.launches:
        raise Irreproducible(f"{file} launches no kernel: the fault is in its host code")
    if None in run.record.results.values():
        raise Irreproducible(f"{file} returns an array of an earlier call: that is the fault")
    for launch in run.record.launches:
        for kind, value in launch.arguments:
            if kind == "unknown":
                raise Irreproducible(f"{file} gives kernel {launch.entry} {value}")
    return run.record


def expected_answers(
    trial: Trial, case: Case, checked: Checked, record: Record
) -> dict[str, Answer]:
    """What is expected of the output, and of whatever a fused kernel hands over beside it."""
    last = trial.chain.layers[-1].name
    answers = {}
    for layer in record.results:
        enclosure = checked.expected[layer or last]
        bound = enclosure.radius
        if trial.tolerance is not None:
            bound = trial.tolerance.bound(enclosure.value)
        elif layer == "" and checked.comparison.verdict == "imprecise":
            bound = precise_bound(trial, case, checked, enclosure)
        expected = enclosure.value.astype(np.float64)
        answers[layer] = Answer(expected, np.where(np.isnan(bound), 0.0, bound), enclosure.choices)
    return answers


def precise_bound(trial: Trial, case: Case, checked: Checked, expected: Enclosure) -> np.ndarray:
    """The second gate as a bound: what FACTOR times the worst honest sum would be off."""
    output, found = checked.run.output, checked.comparison
    assert output is not None
    assert output.host is not None
    assert found.precision is not None
    others = precision.without_sums(trial.chain, case.operands, case.attributes)
    share = precision.used(output.host, expected, others) / found.precision * precision.FACTOR
    return np.minimum(expected.radius, others + share * expected.radius)


def confirm(folder: Path) -> None:
    """Run what was written: Silent if it does not fail on its own."""
    command = [sys.executable, "-B", str(folder / "repro.py")]
    others = {"OCL_ICD_VENDORS", "PYOPENCL_CTX", CHECK}
    environment = {name: value for name, value in os.environ.items() if name not in others}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode == 1 and "WRONG" in done.stdout:
        return
    last = (done.stdout + done.stderr).strip().splitlines()[-1:]
    raise Silent(
        f"its launches alone do not fail (exit code {done.returncode}: {' '.join(last)}): "
        "the fault needs what ran before it in the same process"
    )
