"""A step of training follows from a network's description: backward, set to zero, updates."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clgold.conformance.commands.targets import Target, target_weights, training_target
from clgold.conformance.run.inputs import seeded
from clgold.networks import ALEXNET, CIFAR10, GOOGLENET, LENET5, STN, Network
from clgold.networks.network import Node, Weight, complete_attributes, one_each, shapes
from clgold.networks.training import HELD, LABELS, LOSS_GRADIENT, Recipe, trained, trained_on
from clgold.reference import SpecError, find_layer

Array = np.ndarray
RECIPE = Recipe(batch=2)
DROPPED = replace(CIFAR10, name="cifar10 with dropout", dropout={"pool1": 0.25, "flatten": 0.5})


NORMED = Network(
    "normed",
    "a convolution, normalised",
    {"data": (1, 2, 5, 4)},
    {
        **{"conv.weight": Weight((3, 2, 2, 3)), "fc.weight": Weight((4, 48), 2.0)},
        **{f"bn_{part}": Weight((3,)) for part in ("mean", "variance", "gamma", "beta")},
    },
    one_each(
        (
            Node("conv", "conv2d", ("data", "conv.weight", None), {"padding": (0, 1)}),
            Node("bn", "batch_norm", ("conv", "bn_mean", "bn_variance", "bn_gamma", "bn_beta"), {}),
            Node("relu", "relu", ("bn",)),
            Node("flatten", "flatten", ("relu",)),
            Node("fc", "linear", ("flatten", "fc.weight", None)),
            Node("prob", "softmax", ("fc",), {"dim": 1}),
            Node("class", "argmax", ("prob",), {"dim": 1}),
        )
    ),
    answer="class",
    probability="prob",
)


def run(network: Network, arrays: dict[str, Array]) -> dict[str, Array]:
    """Every node's value in float64, nothing rounded between them."""
    known, sizes = dict(arrays), shapes(network)
    for kernel in network.kernels:
        (node,) = kernel.nodes
        given = [None if o is None else known[o] for o in node.operands]
        attributes = complete_attributes(kernel, sizes)
        known[node.name] = np.asarray(find_layer(node.layer).formula(*given, **attributes))
    return known


def prepared(network: Network) -> tuple[Network, dict[str, Array]]:
    """A step of training and every array that it reads, in float64."""
    target = training_target(Target(network), RECIPE)
    ((name, shape),) = target.network.inputs.items()
    arrays = target_weights(target, None, 0) | {name: seeded(0, name, shape)}
    return target.network, {key: value.astype(np.float64) for key, value in arrays.items()}


@pytest.mark.parametrize("network", [LENET5, DROPPED, NORMED], ids=lambda one: one.name)
def test_gradients_are_what_differences_of_the_loss_tend_to(network: Network) -> None:
    step, arrays = prepared(network)
    known = run(step, arrays)
    for weight in trained(network):
        ours, h = known[f"{weight}.grad"], 1e-5
        place = np.unravel_index(int(np.abs(ours).argmax()), ours.shape)
        assert difference(step, arrays, weight, place, h) == pytest.approx(ours[place], rel=1e-5)


def difference(step: Network, arrays: dict[str, Array], weight: str, place: Any, h: float) -> float:
    """By how much the loss grows with one number of a weight."""
    moved = []
    for sign in (-1, 1):
        other = arrays[weight].copy()
        other[place] += sign * h
        moved.append(run(step, arrays | {weight: other})["loss"])
    return float((moved[1] - moved[0]) / (2 * h))


def test_the_samplers_gradients_reach_what_is_before_it() -> None:
    """The step is so small that no point of the grid crosses a pixel's centre."""
    step, arrays = prepared(STN)
    known = run(step, arrays)
    assert {f"{weight}.grad" for weight in STN.weights} - known.keys() == {
        f"bn{k}_{name}.grad" for k in range(1, 5) for name in ("mean", "variance")
    }
    for weight in ("stn_conv1_wt", "fc2_bias"):
        ours = known[f"{weight}.grad"]
        place = np.unravel_index(int(np.abs(ours).argmax()), ours.shape)
        assert difference(step, arrays, weight, place, 1e-7) == pytest.approx(ours[place], rel=1e-5)


def test_the_step_is_taken_on_the_gradient_with_its_decay() -> None:
    step, arrays = prepared(CIFAR10)
    known = run(step, arrays)
    for weight in trained(CIFAR10):
        due = known[f"{weight}.grad"] + RECIPE.weight_decay * arrays[weight]
        np.testing.assert_allclose(
            known[f"{weight}.update"], arrays[weight] - RECIPE.lr * due, rtol=1e-12
        )
        np.testing.assert_allclose(known[f"{weight}.velocity"], due, rtol=1e-12)


def test_a_second_step_goes_on_from_the_first_ones_weights_and_velocities() -> None:
    twice = trained_on(CIFAR10, replace(RECIPE, steps=2))
    _, arrays = prepared(CIFAR10)
    known = run(twice, arrays)
    assert known["step2.loss"] < known["step1.loss"]
    name = "fc2.weight"
    node = next(one for one in twice.nodes if one.name == f"step2.{name}.update")
    assert node.operands == (f"step1.{name}.update", f"step2.{name}.grad", f"step1.{name}.velocity")


def test_every_step_has_masks_of_its_own_and_no_step_no_dropout() -> None:
    target = training_target(Target(DROPPED), replace(RECIPE, steps=2))
    arrays = target_weights(target, None, 0)
    masks = [arrays[f"step{k}.flatten.mask"] for k in (1, 2)]
    assert all(abs(mask.mean() - 0.5) < 0.05 for mask in masks)
    assert np.mean(masks[0] != masks[1]) > 0.4
    assert abs(arrays["step1.pool1.mask"].mean() - 0.75) < 0.05
    readers = {node.name: node for node in target.network.nodes if node.layer == "dropout"}
    assert readers["step2.flatten.dropout"].operands == ("step2.flatten", "step2.flatten.mask")
    assert not any(node.layer == "dropout" for node in (*ALEXNET.nodes, *DROPPED.nodes))
    dropped = [node.name for node in trained_on(ALEXNET, RECIPE).nodes if node.layer == "dropout"]
    assert dropped == ["relu6.dropout", "relu7.dropout"]


def test_batches_are_normalised_by_their_own_statistics_and_the_running_ones_follow() -> None:
    target = training_target(Target(NORMED), replace(RECIPE, steps=2))
    nodes = {node.name: node for node in target.network.nodes}
    assert nodes["step1.bn"].layer == "batch_norm_train"
    assert nodes["step2.bn"].operands == (
        "step2.conv",
        "step1.bn_gamma.update",
        "step1.bn_beta.update",
    )
    first, second = (nodes[f"step{k}.bn_mean.update"] for k in (1, 2))
    assert (first.layer, first.operands) == ("batch_norm_running_mean", ("step1.conv", "bn_mean"))
    assert second.operands == ("step2.conv", "step1.bn_mean.update")
    assert nodes["step1.bn_variance.update"].layer == "batch_norm_running_var"
    step, arrays = prepared(NORMED)
    known = run(step, arrays)
    due = 0.9 * arrays["bn_mean"] + 0.1 * known["conv"].mean(axis=(0, 2, 3))
    np.testing.assert_allclose(known["bn_mean.update"], due, rtol=1e-12)


def test_every_gradients_array_is_set_to_zero_before_it_is_added_to() -> None:
    step, arrays = prepared(CIFAR10)
    by_name = {node.name: node for node in step.nodes}
    for weight in trained(CIFAR10):
        added = by_name[f"{weight}.grad"]
        assert added.layer == "accumulate"
        zeroed = by_name[added.operands[0] or ""]
        assert (zeroed.layer, zeroed.operands) == ("set_zero", (f"{weight}{HELD}",))
        assert np.all(arrays[f"{weight}{HELD}"] == 7)


def test_labels_are_seeded_and_the_losss_own_gradient_is_1() -> None:
    _, arrays = prepared(LENET5)
    assert arrays[LABELS].shape == (2, 10)
    np.testing.assert_array_equal(arrays[LABELS].sum(axis=1), 1)
    np.testing.assert_array_equal(arrays[LOSS_GRADIENT], 1.0)


def test_a_layer_without_a_gradient_is_named() -> None:
    with pytest.raises(SpecError, match="there is no layer for the gradient of its"):
        trained_on(GOOGLENET, RECIPE)


def test_ten_steps_of_digits_lower_the_loss() -> None:
    known = run(trained_on(LENET5, Recipe(batch=2, steps=10)), prepared(LENET5)[1])
    losses = [float(known[f"step{k}.loss"]) for k in range(1, 11)]
    assert losses[-1] < 0.8 * losses[0], losses
