"""The command line on right kernels: what it prints, what it writes, how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from harness.command import PROGRAM, Answer, clgold, device_name

from clgold.conformance.commands import cli
from clgold.device.session import Session
from clgold.golden.photographs import FOLDER
from clgold.golden.weights import seeded_weights
from clgold.networks import LENET5, STN, Network, view

CAT = FOLDER / "cat.png"
PHOTOGRAPHS = ["astronaut.png", "cat.png", "coffee.png", "rocket.png"]

Verify = Callable[..., Answer]


@pytest.fixture
def verify(opencl: Session, tmp_path: Path) -> Verify:
    """`clgold verify` of a network on the device under test, in an empty working folder."""
    folder = tmp_path / "empty"
    folder.mkdir()

    def run(*arguments: object, network: Network = STN) -> Answer:
        device = ("--device", device_name(opencl))
        return clgold("verify", network.name, *device, *arguments, folder=folder)

    return run


def check_schema(answer: dict[str, Any], kernels: tuple[str, ...]) -> None:
    """What every verdict "pass" as JSON holds."""
    assert answer["verdict"] == "pass"
    assert {"driver", "name", "platform_version"} <= set(answer["device"])
    assert [node["name"] for node in answer["nodes"]] == list(kernels)
    for node in answer["nodes"]:
        assert node["verdict"] == "pass"
        assert 0 <= node["budget_used"] <= 1
        assert all(isinstance(node[key], str) and node[key] for key in ("layer", "variant"))
        worst = node["worst"]
        assert set(worst) == {"index", "expected", "got", "bound"}
        error = abs(worst["got"] - worst["expected"])
        assert error <= worst["bound"] or error == 0


def test_verify_reports_every_kernel_as_json_and_nothing_else(verify: Verify) -> None:
    answer = verify("--json", "-")
    assert answer.code == 0
    check_schema(answer.json, tuple(kernel.name for kernel in STN.kernels))
    assert answer.json["network"] == "stn"
    assert answer.json["view"] == "fused"
    ends = answer.json["end_to_end"]
    assert [end["image"] for end in ends] == PHOTOGRAPHS
    for end in ends:
        assert end["verdict"] == "pass"
        assert end["device_class"] == end["reference_class"]
        assert abs(end["device_probability"] - end["reference_probability"]) < 1e-4


def test_verify_checks_every_layer_alone_too(verify: Verify) -> None:
    answer = verify("--primitive", "--image", CAT, "--json", "-")
    assert answer.code == 0
    check_schema(answer.json, tuple(kernel.name for kernel in view(STN, fused=False)))
    assert answer.json["view"] == "primitive"


def test_verify_takes_several_images_and_writes_json_beside_its_tables(
    verify: Verify, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "cat.png"
    other.parent.mkdir()
    other.write_bytes((FOLDER / "rocket.png").read_bytes())
    odd = tmp_path / "[red]:cat:.png"
    odd.write_bytes(CAT.read_bytes())
    images = ("--image", CAT, "--image", other, "--image", odd)
    answer = verify(*images, "--json", tmp_path / "report.json")
    assert answer.code == 0
    report = json.loads((tmp_path / "report.json").read_text())
    names = [end["image"] for end in report["end_to_end"]]
    assert names == [str(CAT), str(other), odd.name]
    assert odd.name in answer.stdout
    for kernel in STN.kernels:
        assert f"│ {kernel.name} " in answer.stdout
    assert answer.stdout.endswith("verdict: pass\n")


def test_verify_takes_its_weights_from_a_file_or_a_seed(verify: Verify, tmp_path: Path) -> None:
    np.savez(tmp_path / "weights.npz", **seeded_weights(LENET5, 7))
    options = ("--image", CAT, "--json", "-")
    answer = verify(*options, "--weights", tmp_path / "weights.npz", network=LENET5)
    assert answer.code == 0
    seeded = verify(*options, "--seed", 7, network=LENET5)
    differing = {key for key in answer.json if answer.json[key] != seeded.json[key]}
    assert differing <= {"command", "began", "seconds", "seed"}


def test_a_tolerance_replaces_the_bounds(verify: Verify) -> None:
    zero = ("--rtol", 0, "--atol", 0)
    answer = verify("--image", CAT, *zero, "--json", "-", network=LENET5)
    assert answer.code == 1
    assert answer.json["verdict"] == "fail"
    bounds = {node["worst"]["bound"] for node in answer.json["nodes"]}
    assert bounds == {0}


def test_plan_and_summary_need_no_device(tmp_path: Path) -> None:
    plan = clgold("plan", "stn", "--json", "-", folder=tmp_path)
    assert plan.code == 0
    assert [row["kernel"] for row in plan.json] == [kernel.name for kernel in STN.kernels]
    assert plan.json[-1]["returns"] == {
        "name": "output",
        "shape": [1],
        "count": 1,
        "number": "N23",
    }
    summary = clgold("summary", "stn", "--json", "-", folder=tmp_path)
    assert summary.json["total"]["parameters"] == 1_268_449
    assert "1,268,449" in clgold("summary", "stn", folder=tmp_path).stdout


def test_plan_shows_every_array_with_its_number(tmp_path: Path) -> None:
    shown = clgold("plan", "stn", folder=tmp_path).stdout
    for text in (
        "source_image 1×1×32×32 = N1 1024",
        "conv2_wt 150×100×3×3 = N13 135000",
        "output 1 = N23 1",
        "inout11_buf",
        "output_buf",
    ):
        assert text in shown


def test_devices_lists_the_device_under_test(opencl: Session, tmp_path: Path) -> None:
    answer = clgold("devices", "--json", "-", folder=tmp_path)
    assert answer.code == 0
    found = {one["name"]: one for one in answer.json}
    assert found[opencl.driver.name]["works"]
    assert found[opencl.driver.name]["devices"]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["verify", "--help"], ["--version"]])
def test_help_is_no_failure(arguments: list[str], tmp_path: Path) -> None:
    answer = clgold(*arguments, folder=tmp_path)
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(command: str) -> None:
    context = click.Context(cli.app)
    found = cli.app.get_command(context, command)
    assert found is not None
    assert found.name == command
    assert found.get_short_help_str(200) == cli.COMMANDS[command][1]


def test_verify_loads_only_what_it_needs() -> None:
    heavy = ("mpmath", "onnx", "clgold.diagnosis", "clgold.ranks", "pyopencl")
    program = "import sys, clgold.conformance.commands.verify; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert [one for one in heavy if one in loaded] == []


def test_help_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'mpmath', 'rich', 'pyopencl'}"
    program = f"import sys\ntry: {PROGRAM}\nfinally: print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="there is no full device")
def test_a_full_disk_under_standard_output_is_a_sentence(tmp_path: Path) -> None:
    done = shell("plan lenet5 >/dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "clgold: standard output: No space left on device\n",
    )


def test_standard_output_may_be_closed_or_know_ascii_alone(tmp_path: Path) -> None:
    closed = shell("plan lenet5 >&-", tmp_path)
    assert (closed.returncode, closed.stderr) == (0, "")
    poor = shell("plan lenet5", tmp_path, PYTHONIOENCODING="ascii")
    assert (poor.returncode, poor.stderr) == (0, "")
    assert poor.stdout.startswith(" " * 20)


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The shell's own redirections are what is tried."""
    words = f"{sys.executable} -P -c '{PROGRAM}' {command}"
    return subprocess.run(
        ["sh", "-c", words],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
