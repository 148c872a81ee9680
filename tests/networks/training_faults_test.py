"""Faults that people make when they train, planted: each is found at its node, and why."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from clgold.conformance.commands.targets import Target, target_weights, training_target
from clgold.conformance.run.choose import Plan, plan_run
from clgold.conformance.run.inputs import seeded
from clgold.device.session import Session
from clgold.device.variants import load_variants
from clgold.diagnosis.bisect.engine import Bisection, bisect
from clgold.diagnosis.bisect.faults import fault_of_kernel
from clgold.networks.parts import (
    assemble,
    conv_relu,
    decision,
    linear,
    linear_relu,
    max_pool,
    plain,
)
from clgold.networks.training import Recipe

PLANTED = {one.name: one for one in load_variants(Path(__file__).parent / "planted/training.py")}


@dataclass(frozen=True)
class Fault:
    """A variant in one node's place, and what is named first there."""

    variant: str
    node: str
    cause: str


# A convolution, a pooling and two connected layers, so small that a step is judged in seconds.
SMALL = replace(
    assemble(
        "small",
        "a small network",
        {"data": (1, 3, 12, 10)},
        (
            *conv_relu("1", "data", (7, 3, 3, 3), padding=1),
            max_pool("pool1", "relu1", 2, 2),
            plain("flatten", "flatten", "pool1"),
            *linear_relu(2, "flatten", (19, 210)),
            linear("fc3", "relu2", (9, 19), 4.0),
            *decision("fc3"),
        ),
    ),
    dropout={"flatten": 0.5},
)
FAULTS = (
    Fault("sign_flipped", "step1.conv1.grad", "sign reversed"),
    Fault("not_zeroed", "step1.conv1.weight.set_zero", "not zeroed"),
    Fault("divided", "step2.conv1.bias.grad.of.conv1", "divided by the batch"),
    Fault("ties_shared", "step1.relu1.grad", "ties: shared"),
    Fault("momentum_twice", "step2.fc3.weight.update", "momentum twice"),
    Fault("unscaled", "step2.flatten.dropout", "scale left out"),
    Fault("not_decayed", "step1.fc2.bias.update", "weight decay left out"),
)


def with_faults(plan: Plan) -> Plan:
    """The plan with a fault in each of those nodes' places."""
    return replace(
        plan, variants={**plan.variants, **{one.node: PLANTED[one.variant] for one in FAULTS}}
    )


@dataclass(frozen=True)
class Trained:
    """Two steps with all faults in them, what was found, and on what."""

    found: Bisection
    arrays: dict[str, np.ndarray]
    images: dict[str, np.ndarray]


@pytest.fixture(scope="module")
def trained(opencl: Session) -> Trained:
    """One run for all faults: each kernel is judged on inputs that no fault has touched."""
    target = training_target(Target(SMALL), Recipe(batch=2, steps=2))
    ((name, shape),) = target.network.inputs.items()
    arrays, images = target_weights(target, None, 0), {"seed 0": seeded(0, name, shape)}
    plan = with_faults(plan_run(target.network, False, ()))
    return Trained(bisect(opencl, plan, arrays, images.items()), arrays, images)


def test_the_faults_are_found_at_their_nodes_and_at_no_other(trained: Trained) -> None:
    found = [node.kernel.name for node in trained.found.faulty]
    assert sorted(found) == sorted(one.node for one in FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.variant)
def test_each_fault_has_its_cause_right_first(trained: Trained, fault: Fault) -> None:
    (report,) = (one for one in trained.found.faulty if one.kernel.name == fault.node)
    why = fault_of_kernel(trained.found, report, trained.arrays, trained.images).diagnosis
    assert why.explanation is not None
    assert why.explanation.cause.name == fault.cause
