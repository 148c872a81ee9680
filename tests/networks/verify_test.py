"""The networks' kernels are right on the device under test; the large networks' with --slow."""

from pathlib import Path

import pytest
from harness.command import clgold, device_name

from clgold.device.session import Session
from clgold.golden.photographs import FOLDER, photographs_for
from clgold.networks import NETWORKS, STN, Network

SMALL = [network for network in NETWORKS if len(photographs_for(network)) > 1 and network != STN]
LARGE = [network for network in NETWORKS if len(photographs_for(network)) == 1]


def passes(opencl: Session, folder: Path, network: Network) -> None:
    """All kernels on the reference's inputs, then end to end, with the class, on a photograph."""
    image = ("--image", FOLDER / "cat.png")
    options = ("--device", device_name(opencl), *image, "--json", "-")
    answer = clgold("verify", network.name, *options, folder=folder)
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.json["verdict"] == "pass"
    assert [node["name"] for node in answer.json["nodes"]] == [n.name for n in network.nodes]
    assert {node["verdict"] for node in answer.json["nodes"]} == {"pass"}
    (end,) = answer.json["end_to_end"]
    assert end["device_class"] == end["reference_class"]
    assert end["device_probability"] == pytest.approx(end["reference_probability"], rel=1e-3)


@pytest.mark.parametrize("network", SMALL, ids=lambda network: network.name)
def test_a_small_network_passes(opencl: Session, tmp_path: Path, network: Network) -> None:
    passes(opencl, tmp_path, network)


@pytest.mark.slow
@pytest.mark.parametrize("network", LARGE, ids=lambda network: network.name)
def test_a_large_network_passes(opencl: Session, tmp_path: Path, network: Network) -> None:
    passes(opencl, tmp_path, network)


@pytest.mark.slow
def test_a_large_network_is_verified_on_one_photograph(opencl: Session, tmp_path: Path) -> None:
    options = ("--device", device_name(opencl), "--json", "-")
    answer = clgold("verify", "alexnet", *options, folder=tmp_path)
    assert [end["image"] for end in answer.json["end_to_end"]] == ["cat.png"]
