"""A network of one's own, its image and its inputs; and a layer's faults, bisected."""

from pathlib import Path

import numpy as np
import pytest
from harness.command import clgold, device_name

from clgold.conformance.commands.targets import find_network
from clgold.conformance.run.inputs import network_inputs
from clgold.device.session import Session
from clgold.device.variants import VariantError
from clgold.golden.photographs import load_image, photographs
from clgold.networks import Network, Node, Picture, Weight
from clgold.networks.fusing import fuse
from clgold.networks.network import one_each
from clgold.reference.spec import InputError

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_network" / "net.py"
FORMS = Path(__file__).parent / "forms"


def test_a_network_of_ones_own_is_verified(opencl: Session, tmp_path: Path) -> None:
    np.save(tmp_path / "white.npy", np.full((1, 1, 28, 28), 255, np.uint8))
    options = ("--input", "white.npy", "--device", device_name(opencl))
    answer = clgold("verify", f"{EXAMPLE}:DIGITS", *options, folder=tmp_path)
    assert (answer.code, "white.npy" in answer.stdout) == (0, True), answer.stderr


def test_kernels_in_a_row_are_fused_where_a_variant_names_them(
    opencl: Session, tmp_path: Path
) -> None:
    options = ("--kernels", FORMS / "conv_relu.py", "--device", device_name(opencl), "--json", "-")
    answer = clgold("verify", "cifar10", *options, folder=tmp_path)
    assert answer.code == 0, answer.stdout
    first, *others = answer.json["nodes"]
    assert (first["name"], first["variant"]) == ("conv1+relu1", "one kernel")
    assert [one["name"] for one in others] == ["pool1", "flatten", "fc2", "prob", "class"]


def test_only_what_goes_one_way_is_fused() -> None:
    weights = {"w": Weight((3, 3, 1, 1)), "v": Weight((3, 3, 1, 1))}
    nodes = (
        Node("conv", "conv2d", ("image", "w", None)),
        Node("relu", "relu", ("conv",)),
        Node("sum", "add", ("relu", "conv")),
        Node("next", "conv2d", ("sum", "v", None)),
        Node("last", "add", ("image", "next")),
    )
    network = Network("n", "n", {"image": (1, 3, 4, 4)}, weights, one_each(nodes))

    def fused(*chains: str, accepted: bool = True) -> list[str]:
        found = fuse(network, network.kernels, chains, lambda _: accepted)
        return [one.name for one in found]

    kept = [node.name for node in nodes]
    assert fused("conv2d+relu") == kept, "another kernel reads the convolution"
    assert fused("conv2d+add") == kept, "the result is not the sum's first operand"
    assert fused("relu+add", "add+conv2d") == ["conv", "relu+sum", "next", "last"]
    assert fused("add+conv2d") == ["conv", "relu", "sum+next", "last"]
    assert fused("relu+add", accepted=False) == kept


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("nowhere.py:NET", VariantError, "network nowhere.py: there is no such file"),
        (f"{EXAMPLE}:NET", InputError, "NET is nothing, expected a clgold Network"),
        (f"{EXAMPLE}:NODES", InputError, "NODES is a tuple, expected a clgold Network"),
    ],
)
def test_what_is_no_network_is_refused(name: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        find_network(name)


def test_inputs_are_named_and_checked(tmp_path: Path) -> None:
    network = find_network(f"{EXAMPLE}:DIGITS").network
    np.save(tmp_path / "x.npy", np.ones((1, 1, 28, 28), np.float16))
    np.save(tmp_path / "b.npy", np.ones(8, np.int8))
    given = [str(tmp_path / "x.npy"), f"conv1_b={tmp_path / 'b.npy'}"]
    pictures, others = network_inputs(network, (), given)
    assert {name: one.dtype for name, one in pictures.items()} == {"x.npy": np.float32}
    assert np.array_equal(others["conv1_b"], np.ones(8, np.float32))
    with pytest.raises(InputError, match=r"has shape \(8,\), image has \(1, 1, 28, 28\)"):
        network_inputs(network, (), [str(tmp_path / "b.npy")])
    with pytest.raises(InputError, match="digits has no input 'y'"):
        network_inputs(network, (), [f"y={tmp_path / 'b.npy'}"])


def test_a_network_says_how_an_image_becomes_its_input() -> None:
    path, shape = photographs()[0], (1, 3, 20, 30)
    plain = load_image(path, shape)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    made = load_image(path, shape, Picture(mean=mean, std=std))
    expected = (plain - np.reshape(mean, (1, 3, 1, 1))) / np.reshape(std, (1, 3, 1, 1))
    assert np.allclose(made, expected, atol=1e-6)
    assert np.array_equal(load_image(path, shape, Picture(order="BGR")), plain[:, ::-1])
    bytes_ = load_image(path, shape, Picture(scale=1.0))
    assert np.array_equal(bytes_, np.round(plain * 255))
    middle = load_image(path, shape, Picture(shorter=40))
    assert middle.shape == shape
    assert not np.allclose(middle, plain)
    with pytest.raises(ValueError, match="expected RGB or BGR"):
        Picture(order="GBR")


def test_a_layers_faults_are_bisected(opencl: Session, tmp_path: Path) -> None:
    options = ("--kernels", FORMS / "lane.py", "--shape", "input=1,2,3,4", "--set", "dim=-1")
    probes = ("--probe", "wide", "--device", device_name(opencl))
    answer = clgold("bisect", "softmax", *options, *probes, folder=tmp_path)
    assert answer.code == 1, answer.stderr
    assert "kernel: softmax 'lane' (lane.py, lane.cl)" in answer.stdout
    assert (tmp_path / "bisect-softmax" / "repro-lane" / "repro.py").is_file()
    assert "reproduce: python bisect-softmax/repro-lane/repro.py" in answer.stdout


def test_an_expected_output_beside_the_data_is_judged(opencl: Session, tmp_path: Path) -> None:
    x = np.arange(-6, 6, dtype=np.float32).reshape(1, 1, 3, 4)
    device = ("--device", device_name(opencl))
    options = ("--kernels", FORMS / "in_place.py", "--variant", "relu=declared", *device)
    for slope, code, says in ((0.0, 0, "pass"), (0.25, 1, "wrong: 6 of 12 elements")):
        np.savez(tmp_path / "mine.npz", input=x, expected=np.where(x > 0, x, x * slope))
        answer = clgold("verify", "relu", *options, "--data", "mine.npz", folder=tmp_path)
        assert answer.code == code, answer.stdout + answer.stderr
        assert f"expected output in mine.npz: {says}" in answer.stdout
