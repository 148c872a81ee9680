"""What a rank's device computes, panel by panel, each judged on its inputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clgold.conformance.judge.assess import Checked, check
from clgold.conformance.judge.compare import Comparison
from clgold.conformance.judge.projection import is_large
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.golden.probes import fill
from clgold.reference import FULL, Question

from .panels import panels, together

EXACT = "exact"  # the probe of which no sum rounds


@dataclass(frozen=True, eq=False)
class Ran:
    """A kernel's result, the verdict, the first panel's run that failed; device seconds."""

    variant: str
    values: np.ndarray
    comparison: Comparison
    failed: Checked | None
    seconds: float


Place = tuple[slice, ...]
Add = Callable[[Place, np.ndarray], np.ndarray]


def as_it_is(place: Place, made: np.ndarray) -> np.ndarray:
    """What stands in a panel's place where nothing is added up: what the kernel gave."""
    return made


def run_kernel(
    device: Device,
    variant: Variant,
    question: Question,
    whole: bool,
    into: np.ndarray | None = None,
    add: Add = as_it_is,
    alive: Callable[[], None] = lambda: None,
) -> Ran:
    """The result, with the reference's in place of what the device does not give.

    into   what is to hold it; may be an operand that goes element by element with it
    add    what is to stand in a panel's place, from what the kernel gave there
    alive  is called at every panel
    """
    uploaded: dict[int, Any] = {}
    runs, places, overwrites = [], [], into is not None
    for panel in panels(question):
        alive()
        asked = panel.question
        for name, one in zip(asked.names, asked.operands, strict=True):
            if one is not None and id(one) not in uploaded:
                uploaded[id(one)] = device.upload(name, one)
        arrays = tuple(None if one is None else uploaded[id(one)] for one in asked.operands)
        checked = check(device, variant, asked, arrays, whole=whole)
        own = {id(one) for one in asked.operands} - {id(one) for one in question.operands}
        device.drop(checked.run.output, *(uploaded.pop(key) for key in own))
        made = result(checked)
        runs.append(of_panel(variant.name, checked, overwrites))
        places.append(panel.place)
        made = add(panel.place, made)
        if into is None:
            into = np.empty(question.shape, made.dtype) if panel.place else made
        if into is not made:
            into[panel.place] = made
    device.drop(*uploaded.values())
    assert into is not None
    return joined(into, runs, places)


def of_panel(variant: str, checked: Checked, overwrites: bool) -> Ran:
    """A panel's run without its arrays, unless it failed: there is no room for those of all."""
    seconds, failed = min(checked.run.seconds, default=0.0), None
    if checked.comparison.verdict != "pass":
        failed = with_copies(checked) if overwrites else checked
    return Ran(variant, np.empty(0), checked.comparison, failed, seconds)


def joined(values: np.ndarray, runs: Sequence[Ran], places: Sequence[Place]) -> Ran:
    """The runs of all panels as one, which gave these values."""
    comparison = together([one.comparison for one in runs], places)
    failed = next((one.failed for one in runs if one.failed is not None), None)
    return Ran(runs[0].variant, values, comparison, failed, sum(one.seconds for one in runs))


def with_copies(checked: Checked) -> Checked:
    """The run with operands of its own: those that it had are about to be overwritten."""
    copies = tuple(None if one is None else one.copy() for one in checked.question.operands)
    return replace(checked, question=checked.question.with_operands(copies))


def result(checked: Checked) -> np.ndarray:
    """What the device gave, or else what the reference does."""
    output, question = checked.run.output, checked.question
    values = None if output is None else output.host
    if values is None or values.shape != question.shape:
        values = question.answer(FULL).value.astype(question.chain.dtype)
    return values


def on_exact_numbers(question: Question) -> Question | None:
    """The first panel of a large product, of numbers of which no sum rounds; None of others."""
    first = next(iter(panels(question))).question
    if not is_large(first):
        return None
    operands = tuple(
        None if values is None else fill(EXACT, one, name, 0, values.shape)
        for name, one, values in zip(first.names, first.declared, first.operands, strict=True)
    )
    return first.with_operands(operands)
