"""What the folder of a shrunk case holds: its launches, and what is expected of them."""

from typing import Any

import numpy as np

from clgold.conformance.judge import precision
from clgold.conformance.judge.added import asked
from clgold.conformance.judge.assess import Checked, upload
from clgold.conformance.judge.compare import Comparison
from clgold.device.drivers import Driver
from clgold.device.memory import GUARD_BYTES
from clgold.device.record import Record
from clgold.device.simulator import CHECK, CHECKED_OPTIONS
from clgold.reference import Enclosure, Question, find_profile
from clgold.reference.winograd import Winograd

from .case import FLEETING, Trial

LAUNCH_SECONDS = 600  # what repro.py gives a launch
HANG_SECONDS = 5  # what it gives one that does not end
FLEETING_RUNS = 50


class Irreproducible(Exception):
    """Why the launches alone cannot show the fault, as a sentence."""


def recorded(trial: Trial, question: Question) -> Record:
    """The launches; Irreproducible where the fault is not in them."""
    question = asked(trial.variant, question)
    arrays, file = upload(trial.session, question), trial.variant.source.name
    local_size = trial.failed.local_size
    run = trial.session.run(trial.variant, question, arrays, local_size, rehearse=True)
    trial.session.drop(*arrays)
    if run.record is None:
        raise Irreproducible(f"it fails before any kernel is launched: {run.message}")
    if not any(launch.source for launch in run.record.launches):
        raise Irreproducible(f"{file} launches no kernel: the fault is in its host code")
    if None in run.record.results.values():
        raise Irreproducible(f"{file} returns an array of an earlier call: that is the fault")
    for launch in run.record.launches:
        for kind, value in launch.arguments:
            if kind == "unknown":
                raise Irreproducible(f"{file} gives kernel {launch.entry} {value}")
    return run.record


def settings(trial: Trial, found: Comparison) -> dict[str, Any]:
    """How repro.py launches: on what, how often, for how long."""
    driver = trial.session.driver
    hangs = found.verdict == "timeout" and driver.guards
    return {
        "DRIVER": driver.library,
        "RUNS": FLEETING_RUNS if found.verdict in FLEETING else 2,
        "SECONDS": HANG_SECONDS if hangs else LAUNCH_SECONDS,
        "GUARD": GUARD_BYTES if driver.guards else 0,
        "DEVICE": trial.session.index,
        "ENVIRONMENT": environment(driver, found),
        "PRELOAD": list(driver.preload),
    }


def environment(driver: Driver, found: Comparison) -> dict[str, str]:
    """The driver's; a simulator looks for uninitialised values only where they are the fault."""
    given = dict(driver.environment)
    if CHECK in given:
        sought = found.verdict == "unwritten" and "ninitialized" in found.message
        given[CHECK] = "1" if sought else "0"
        given["OCLGRIND_BUILD_OPTIONS"] = " ".join(CHECKED_OPTIONS) if sought else ""
    return given


def answer(trial: Trial, checked: Checked, layer: str) -> dict[str, np.ndarray]:
    """What is expected of a layer's result, "" for the output, as arrays of the result's shape.

    expected and bound are float64: |got − expected| must be at most bound. choices, where there
    are any, have one more axis, their first, and would do as well.
    """
    enclosure = checked.expected[layer or checked.question.last]
    bound = enclosure.radius
    if layer == "" and checked.comparison.verdict == "imprecise":
        declared = isinstance(trial.variant.bound, Winograd)
        own = enclosure if declared else checked.question.answer(find_profile(checked.run.profile))
        bound = np.minimum(bound, precise_bound(checked, own))
    arrays = {"expected": enclosure.value.astype(np.float64)}
    arrays["bound"] = np.where(np.isnan(bound), 0.0, bound)
    return arrays if enclosure.choices is None else {**arrays, "choices": enclosure.choices}


def precise_bound(checked: Checked, expected: Enclosure) -> np.ndarray:
    """The second gate as a bound: what FACTOR times the worst honest sum would be off.

    expected is the enclosure by which that gate measures errors.
    """
    output, found = checked.run.output, checked.comparison
    assert output is not None
    assert output.host is not None
    assert found.precision is not None
    others = precision.without_sums(checked.question)
    most = float(precision.shares(output.host, expected, others).max())
    return others + most / found.precision * precision.FACTOR * expected.radius
