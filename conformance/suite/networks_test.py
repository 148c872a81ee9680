"""The networks' kernels are right on the devices under test; the large networks' with --slow."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from clgold.device.worker import Worker
from clgold.golden.photographs import FOLDER, photographs_for
from clgold.networks import NETWORKS, Network

SMALL = [network for network in NETWORKS if len(photographs_for(network)) > 1]
LARGE = [network for network in NETWORKS if len(photographs_for(network)) == 1]
PROGRAM = "from clgold.conformance.commands.cli import main; main()"

Verify = Callable[..., Any]


@pytest.fixture
def verify(device: str | None, workers: Callable[[str | None], Worker], tmp_path: Path) -> Verify:
    """`clgold verify` of a network on the device; its report, where it passes."""
    driver = device or workers(device).driver.name

    def run(network: str, *arguments: object) -> Any:
        options = ["--device", driver, "--json", "-", *map(str, arguments)]
        command = [sys.executable, "-P", "-c", PROGRAM, "verify", network, *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return json.loads(done.stdout)

    return run


def layers(kernels: Iterable[str]) -> list[str]:
    """The layers of kernels in a row, whichever of them are one kernel."""
    return [layer for kernel in kernels for layer in kernel.split("+")]


def passes(verify: Verify, network: Network) -> None:
    """All kernels on the reference's inputs, then end to end, with the class, on a photograph."""
    report = verify(network.name, "--image", FOLDER / "cat.png")
    assert report["verdict"] == "pass"
    assert layers(node["layer"] for node in report["nodes"]) == layers(
        kernel.layer for kernel in network.kernels
    )
    assert {node["verdict"] for node in report["nodes"]} == {"pass"}
    (end,) = report["end_to_end"]
    assert end["device_class"] == end["reference_class"]
    assert end["device_probability"] == pytest.approx(end["reference_probability"], rel=1e-3)


@pytest.mark.parametrize("network", SMALL, ids=lambda network: network.name)
def test_a_small_network_passes(verify: Verify, network: Network) -> None:
    passes(verify, network)


@pytest.mark.slow
@pytest.mark.parametrize("network", LARGE, ids=lambda network: network.name)
def test_a_large_network_passes(verify: Verify, network: Network) -> None:
    passes(verify, network)


@pytest.mark.slow
def test_a_large_network_is_verified_on_one_photograph(verify: Verify) -> None:
    report = verify("alexnet")
    assert [end["image"] for end in report["end_to_end"]] == ["cat.png"]
