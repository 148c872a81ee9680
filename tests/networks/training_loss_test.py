"""Steps of training lower the loss, the reference's and the device's, and are right one by one."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from harness.command import clgold

from clgold.conformance.commands.bisect_json import device_json
from clgold.conformance.commands.targets import Target, target_weights, training_target
from clgold.conformance.run.choose import plan_run, upload_weights
from clgold.conformance.run.inputs import seeded
from clgold.conformance.run.network import ImageReport, verify_image
from clgold.device.session import Session
from clgold.diagnosis.bisect.engine import Bisection
from clgold.networks import LENET5
from clgold.networks.parts import assemble, decision, linear_relu, plain
from clgold.networks.training import Recipe

DIGITS = Path(__file__).parents[2] / "examples" / "training" / "digits.py"
STEPS = 10


@pytest.fixture(scope="module")
def steps(opencl: Session) -> ImageReport:
    """Ten steps of one connected layer."""
    parts = (plain("flatten", "flatten", "data"), *linear_relu(1, "flatten", (7, 30)))
    network = assemble("single", "one layer", {"data": (1, 1, 5, 6)}, (*parts, *decision("relu1")))
    target = training_target(Target(network), Recipe(batch=5, steps=STEPS, lr=0.05))
    ((name, shape),) = target.network.inputs.items()
    arrays = target_weights(target, None, 0)
    plan = plan_run(target.network, False, ())
    uploaded = upload_weights(opencl, target.network, arrays)
    return verify_image(opencl, plan, arrays, uploaded, "seed 0", seeded(0, name, shape))


def test_ten_steps_lower_the_loss_on_the_device_as_in_the_reference(steps: ImageReport) -> None:
    losses = steps.end_to_end.losses
    assert [one.node for one in losses] == [f"step{k}.loss" for k in range(1, STEPS + 1)]
    ours, theirs = ([getattr(one, side) for one in losses] for side in ("reference", "device"))
    assert ours == sorted(ours, reverse=True)
    assert theirs == sorted(theirs, reverse=True)
    assert ours[-1] < 0.8 * ours[0]
    np.testing.assert_allclose(theirs, ours, rtol=1e-5)


def test_every_steps_update_is_within_its_bound(steps: ImageReport) -> None:
    updates = [one for one in steps.kernels if one.kernel.name.endswith(".update")]
    assert len(updates) == 2 * STEPS
    assert {one.comparison.verdict for one in updates} == {"pass"}
    assert {one.own.verdict for one in updates} == {"pass"}


def test_the_digits_are_ten_different_images() -> None:
    images, labels = runpy.run_path(str(DIGITS))["digits"]()
    assert (images.shape, labels.shape) == ((10, 1, 32, 32), (10, 10))
    assert images.dtype == labels.dtype == np.float32
    assert len({image.tobytes() for image in images}) == 10
    np.testing.assert_array_equal(labels, np.eye(10))


def test_a_bisection_of_steps_of_training_is_written_as_json(steps: ImageReport) -> None:
    plan = plan_run(LENET5, False, ())
    answer = device_json(Bisection(plan, (steps,), ()), "primitive", {})
    (end,) = json.loads(json.dumps(answer))["end_to_end"]
    assert [one["node"] for one in end["losses"]] == [f"step{k}.loss" for k in range(1, STEPS + 1)]


@pytest.mark.slow
def test_ten_steps_of_digits_on_the_device(tmp_path: Path, opencl: Session) -> None:
    images, labels = runpy.run_path(str(DIGITS))["digits"]()
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "labels.npy", labels)
    options = ("--train", "--batch", 10, "--steps", STEPS, "--device", opencl.driver.name)
    given = ("--input", "images.npy", "--input", "labels=labels.npy")
    answer = clgold("verify", "lenet5", *options, *given, "--json", "-", folder=tmp_path)
    assert (answer.code, answer.stderr) == (0, "")
    losses = answer.json["end_to_end"][0]["losses"]
    assert len(losses) == STEPS
    for side in ("reference", "device"):
        found = [one[side] for one in losses]
        assert found == sorted(found, reverse=True)
        assert found[-1] < 0.2 * found[0]
