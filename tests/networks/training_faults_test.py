"""Faults that people make when they train, planted: each is found at its node, and why."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from clgold.conformance.commands.targets import Target, target_weights, training_target
from clgold.conformance.run.choose import plan_run
from clgold.conformance.run.inputs import seeded
from clgold.device.session import Session
from clgold.device.variants import Variant, load_variants
from clgold.diagnosis.bisect.engine import bisect
from clgold.diagnosis.bisect.faults import fault_of_kernel
from clgold.networks import CIFAR10, Network, shapes
from clgold.networks.training import Recipe

PLANTED = {one.name: one for one in load_variants(Path(__file__).parent / "planted/training.py")}


@dataclass(frozen=True)
class Fault:
    """A variant in one node's place, and what is named first there."""

    variant: str
    node: str
    cause: str
    steps: int = 1


TRAINED = replace(CIFAR10, dropout={"flatten": 0.5})
FAULTS = (
    Fault("sign_flipped", "conv1.grad", "sign reversed"),
    Fault("not_zeroed", "conv1.weight.set_zero", "not zeroed"),
    Fault("divided", "conv1.bias.grad.of.conv1", "divided by the batch"),
    Fault("ties_shared", "relu1.grad", "ties: shared"),
    Fault("momentum_twice", "step2.conv1.weight.update", "momentum twice", steps=2),
    Fault("unscaled", "flatten.dropout", "scale left out"),
    Fault("not_decayed", "conv1.bias.update", "weight decay left out"),
)


def at(network: Network, fault: Fault) -> Variant:
    """The variant for operands of its node's shapes, all of them there."""
    known = shapes(network)
    operands = next(one.operands for one in network.nodes if one.name == fault.node)
    given = tuple(None if o is None else known[o] for o in operands)
    there = lambda shapes, _: None if shapes == given else "another node"  # noqa: E731 # one line says it
    return replace(PLANTED[fault.variant], supports=there)


# A step of a whole network each, with all its probes: most of them are for --slow.
QUICK = ("not_zeroed", "divided")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(one, marks=() if one.variant in QUICK else pytest.mark.slow, id=one.variant)
        for one in FAULTS
    ],
)
def test_a_fault_is_found_at_its_node_and_named(opencl: Session, fault: Fault) -> None:
    target = training_target(Target(TRAINED), Recipe(batch=2, steps=fault.steps))
    network = target.network
    ((name, shape),) = network.inputs.items()
    arrays, images = target_weights(target, None, 0), {"seed 0": seeded(0, name, shape)}
    found = bisect(opencl, plan_run(network, False, (at(network, fault),)), arrays, images.items())
    assert fault.node in [node.kernel.name for node in found.faulty]
    (report,) = (node for node in found.faulty if node.kernel.name == fault.node)
    why = fault_of_kernel(found, report, arrays, images).diagnosis.explanation
    assert why is not None
    assert why.cause.name == fault.cause
