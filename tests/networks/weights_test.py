"""Weights come from files under the network's own names, or under those of PyTorch's modules."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from clgold.conformance.commands.targets import Target, coming_weights
from clgold.golden.state_dict import MODULES, state_names
from clgold.golden.weights import Arrays, load_weights, seeded_weights
from clgold.networks import ALEXNET, CIFAR10, NETWORKS, STN, VGG16, Network
from clgold.reference.generator import bell
from clgold.reference.spec import InputError

# A state dict of the traffic-sign classifier, as torch.save would list it.
STN_STATE = """stn.loc_net.0.weight stn.loc_net.0.bias stn.loc_net.3.weight stn.loc_net.3.bias
stn.fc_loc.0.weight stn.fc_loc.0.bias stn.fc_loc.2.weight stn.fc_loc.2.bias
conv1.weight conv1.bias
conv1_bn.weight conv1_bn.bias conv1_bn.running_mean conv1_bn.running_var
conv2.weight conv2.bias
conv2_bn.weight conv2_bn.bias conv2_bn.running_mean conv2_bn.running_var
conv3.weight conv3.bias
conv3_bn.weight conv3_bn.bias conv3_bn.running_mean conv3_bn.running_var
fc1.weight fc1.bias
fc1_bn.weight fc1_bn.bias fc1_bn.running_mean fc1_bn.running_var
fc2.weight fc2.bias
"""

# The shape of each parameter of torchvision's vgg16().features and .classifier, biases aside.
VGG16_STATE = {
    "features.0": (64, 3, 3, 3),
    "features.2": (64, 64, 3, 3),
    "features.5": (128, 64, 3, 3),
    "features.7": (128, 128, 3, 3),
    "features.10": (256, 128, 3, 3),
    "features.12": (256, 256, 3, 3),
    "features.14": (256, 256, 3, 3),
    "features.17": (512, 256, 3, 3),
    "features.19": (512, 512, 3, 3),
    "features.21": (512, 512, 3, 3),
    "features.24": (512, 512, 3, 3),
    "features.26": (512, 512, 3, 3),
    "features.28": (512, 512, 3, 3),
    "classifier.0": (4096, 25088),
    "classifier.3": (4096, 4096),
    "classifier.6": (1000, 4096),
}


@pytest.fixture(scope="module")
def state() -> Arrays:
    """The classifier's seeded weights as PyTorch would save them."""
    arrays = seeded_weights(STN, 0)
    dictionary = {theirs: arrays[ours] for theirs, ours in state_names(STN).items()}
    counts = {f"{name}_bn.num_batches_tracked": np.array(7) for name in ("conv1", "fc1")}
    return dictionary | counts


def saved(folder: Path, arrays: Arrays, suffix: str = ".safetensors") -> Path:
    path = folder / f"state{suffix}"
    np.savez(path, **arrays) if suffix == ".npz" else save_file(arrays, path)
    return path


def refusal(path: Path, network: Network) -> str:
    with pytest.raises(InputError) as caught:
        load_weights(path, network)
    return str(caught.value).removeprefix(f"weights {path}: ")


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("prefix", ["", "module."], ids=["plain", "DataParallel"])
def test_a_state_dict_gives_the_networks_arrays(
    tmp_path: Path, state: Arrays, prefix: str, suffix: str
) -> None:
    path = saved(tmp_path, {prefix + name: a for name, a in state.items()}, suffix)
    loaded, expected = load_weights(path, STN), seeded_weights(STN, 0)
    assert list(loaded) == list(expected)
    assert all(np.array_equal(loaded[name], expected[name]) for name in expected)


def test_the_state_dict_of_the_classifier_has_its_modules_names() -> None:
    assert sorted(state_names(STN)) == sorted(STN_STATE.split())


def test_modules_stand_for_the_layers_that_they_compute() -> None:
    names = state_names(STN)
    assert names["stn.loc_net.3.weight"] == "stn_conv2_wt"
    assert names["stn.fc_loc.2.bias"] == "fc2_bias"
    assert names["conv1_bn.weight"] == "bn1_gamma"
    assert names["fc1_bn.running_var"] == "bn4_variance"
    assert names["fc1.weight"] == "fc3_wt"
    assert names["fc2.weight"] == "fc4_wt"


def test_torchvisions_vgg16_has_our_shapes_under_its_names() -> None:
    found = {
        theirs: VGG16.weights[ours].shape
        for theirs, ours in state_names(VGG16).items()
        if theirs.endswith(".weight")
    }
    assert found == {f"{module}.weight": shape for module, shape in VGG16_STATE.items()}
    assert len(state_names(VGG16)) == len(VGG16.weights) == 2 * len(VGG16_STATE)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_every_array_has_one_name_in_a_state_dict(network: Network) -> None:
    assert sorted(state_names(network).values()) == sorted(network.weights)
    nodes = {node.name for node in network.nodes}
    assert set(MODULES.get(network.name, {}).values()) <= nodes


def test_networks_of_ours_have_modules_of_the_nodes_names(tmp_path: Path) -> None:
    arrays = seeded_weights(CIFAR10, 3)
    assert set(arrays) == {"conv1.weight", "conv1.bias", "fc2.weight", "fc2.bias"}
    loaded = load_weights(saved(tmp_path, arrays), CIFAR10)
    assert all(np.array_equal(loaded[name], arrays[name]) for name in arrays)


def test_a_missing_parameter_is_named_as_the_file_would(tmp_path: Path, state: Arrays) -> None:
    path = saved(tmp_path, {k: a for k, a in state.items() if k != "conv2_bn.running_var"})
    said = refusal(path, STN)
    assert said == "array conv2_bn.running_var is missing, expected shape (150,)"


def test_a_parameter_of_another_model_is_refused(tmp_path: Path, state: Arrays) -> None:
    path = saved(tmp_path, state | {"fc3.weight": np.zeros((2, 2), np.float32)})
    said = refusal(path, STN)
    assert said == "fc3.weight is no array of stn, expected stn.loc_net.0.weight, …"


def test_a_parameter_of_another_shape_is_refused(tmp_path: Path, state: Arrays) -> None:
    path = saved(tmp_path, state | {"fc2.weight": np.zeros((10, 350), np.float32)})
    assert refusal(path, STN) == "fc2.weight has shape (10, 350), expected (43, 350)"


def test_the_state_dict_of_another_network_is_refused(tmp_path: Path, state: Arrays) -> None:
    theirs = {f"features.{k}.weight": np.zeros((2, 2), np.float32) for k in (0, 3)}
    said = refusal(saved(tmp_path, theirs), ALEXNET)
    assert said == "features.0.weight is no array of alexnet, expected conv1.weight, …"


def test_large_weights_are_the_bell_of_the_generator_scaled_and_rounded() -> None:
    name, shape = "fc6.weight", (4096, 256 * 6 * 6)
    weight = ALEXNET.weights[name]
    part = bell(0, name, (70_000,)) * (weight.gain / np.sqrt(shape[1]))
    small = Network(
        ALEXNET.name,
        "fc6 alone",
        {},
        {name: weight},
        tuple(kernel for kernel in ALEXNET.kernels if kernel.name == "fc6"),
        answer="fc6",
        probability="fc6",
    )
    array = seeded_weights(small, 0)[name]
    assert array.shape == shape
    assert np.array_equal(array.ravel()[: part.size], part.astype(np.float32))


def test_seeded_weights_may_come_later_and_those_of_a_file_are_checked_at_once(
    tmp_path: Path,
) -> None:
    coming = coming_weights(Target(STN), None, 3)
    for name, values in seeded_weights(STN, 3).items():
        np.testing.assert_array_equal(coming()[name], values)
    with pytest.raises(InputError, match="there is no such file"):
        coming_weights(Target(STN), tmp_path / "none.npz", 3)
