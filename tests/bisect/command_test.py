"""`clgold bisect` and what `clgold verify` says of a failure: exit codes, report, files."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faults import FOLDER as FAULTS
from harness.command import Answer, clgold, device_name

from clgold.conformance.commands.output_folder import MARKER, remember
from clgold.device.session import Session
from clgold.golden.photographs import FOLDER
from clgold.networks import STN

CAT = FOLDER / "cat.png"
NORMS = FAULTS / "channels.py"
WRONG = ("--kernels", NORMS, "--variant", "batch_norm=F24_eps_of_another_library")
Command = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty working folder."""
    path = tmp_path / "work"
    path.mkdir()
    return path


@pytest.fixture
def run(opencl: Session, folder: Path) -> Command:
    """A command of clgold on the device under test and one photograph."""

    def run(command: str, *arguments: object) -> Answer:
        device = ("--device", device_name(opencl))
        return clgold(command, *arguments, *device, folder=folder)

    return run


def planted(folder: Path, channels: int) -> Path:
    """A file whose batch_norm is wrong, for that many channels alone."""
    path = folder / "mine.py"
    path.write_text(
        "from pathlib import Path\n"
        "from clgold.device import variant\n"
        "from clgold.device.variants import load_variants\n\n"
        f"SOURCE = Path({str(NORMS)!r})\n"
        "FAULTS = {one.name: one for one in load_variants(SOURCE)}\n\n\n"
        "def there(shapes, attributes):\n"
        f"    return None if shapes[1] == ({channels},) else 'elsewhere'\n\n\n"
        "@variant('batch_norm', 'mine', supports=there)\n"
        "def mine(cl, *operands, eps):\n"
        "    cl.file = SOURCE\n"
        "    return FAULTS['F24_eps_of_another_library'].launch(cl, *operands, eps=eps)\n"
    )
    return path


@dataclass(frozen=True)
class Written:
    """What one command on a network with one fault printed and wrote."""

    answer: Answer
    report: dict[str, Any]
    folder: Path  # where it ran, "out" below it; the kernels are beside it


@pytest.fixture(scope="module")
def written(opencl: Session, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """One bisection of the STN whose bn2 is wrong, for the tests that read what it left.

    Its folder holds an earlier one's, in which bn3 was wrong, and a note.
    """
    folder = tmp_path_factory.mktemp("written") / "work"
    earlier = folder / "out" / "repro-bn3"
    earlier.mkdir(parents=True)
    (earlier / MARKER).touch()
    for name in ("bn3.png", "notes.txt"):
        (folder / "out" / name).write_text("earlier\n")
    remember(folder / "out", [folder / "out" / "bn3.png"])
    arguments = ("--image", CAT, "--kernels", planted(folder.parent, 150), "--output", "out")
    device = ("--device", device_name(opencl), "--json", folder.parent / "report.json")
    answer = clgold("bisect", "stn", *arguments, *device, folder=folder)
    return Written(answer, json.loads((folder.parent / "report.json").read_text()), folder)


@pytest.mark.parametrize("view", ["--fused", "--primitive"])
def test_without_a_fault_nothing_is_written(run: Command, folder: Path, view: str) -> None:
    answer = run("bisect", "lenet5", "--image", CAT, view, "--json", "-")
    assert (answer.code, answer.stderr) == (0, "")
    assert list(folder.iterdir()) == []
    report = answer.json
    assert (report["verdict"], report["faults"]) == ("pass", [])
    assert report["images"] == ["cat.png"]
    for node in report["nodes"]:
        assert (node["verdict"], node["born"]["verdict"]) == ("pass", "pass")
        assert 0 <= node["born"]["budget_used"] <= 1
        assert node["passed_on"]["relative"] < 1e-4


def check_fault(fault: dict[str, Any], folder: Path) -> None:
    """All that is said of eps 1e-3 in bn2."""
    assert (fault["node"], fault["layer"], fault["variant"]) == ("bn2", "batch_norm", "mine")
    assert (fault["verdict"], fault["source"]) == ("wrong", str(folder.parent / "mine.py"))
    assert fault["message"].endswith("elements beyond their bound")
    assert len(fault["worst"]) == 5
    for worst in fault["worst"]:
        assert abs(worst["got"] - worst["expected"]) > worst["bound"]
    assert fault["mask"]
    assert fault["cause"]["name"] == "eps 1e-3"
    assert fault["cause"]["after"] == 1 > fault["cause"]["before"]
    assert fault["cause"]["change"]
    assert fault["shows"][0] == "cat.png"
    assert [one["kernel"] for one in fault["spread"]["reaches"]][:2] == ["conv3", "bn3"]


def test_a_fault_is_named_and_explained(written: Written) -> None:
    assert (written.answer.code, written.answer.stderr) == (1, "")
    report = written.report
    assert report["verdict"] == "fail"
    (fault,) = report["faults"]
    check_fault(fault, written.folder)
    failing = [node["name"] for node in report["nodes"] if node["verdict"] != "pass"]
    assert failing == ["bn2"]


def test_a_fault_is_drawn_and_reproduced(written: Written) -> None:
    (fault,) = written.report["faults"]
    left = sorted(path.name for path in (written.folder / "out").iterdir())
    assert left == [MARKER, "answer.png", "bn2.png", "notes.txt", "repro-bn2"]
    assert fault["picture"] == "out/bn2.png"
    command = fault["reproduction"]["command"]
    assert command == "python out/repro-bn2/repro.py"
    done = subprocess.run(
        [sys.executable, *command.split()[1:]],
        cwd=written.folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1


def test_an_earlier_folder_is_written_again_and_others_files_are_left(written: Written) -> None:
    listed = (written.folder / "out" / MARKER).read_text().splitlines()
    assert sorted(listed) == ["answer.png", "bn2.png"]
    assert (written.folder / "out" / "notes.txt").read_text() == "earlier\n"


def test_the_report_reads_like_one(written: Written) -> None:
    text = written.answer.stdout
    assert re.search(r"^fault: bn2: wrong: \d+ of 5400 elements beyond", text, re.M)
    for part in (
        "    kernel: batch_norm 'mine' (mine.py, F24_eps_of_another_library.cl)",
        "    shows on: cat.png",
        "    elements: ",
        "    cause: batch_norm matches eps 1e-3",
        "    change: ",
        "    goes on: to conv3, bn3, FC3, bn4",
        "    reproduce: python out/repro-bn2/repro.py",
        "    picture: out/bn2.png",
    ):
        assert part in text
    assert text.count("    at [0, ") == 5
    assert text.endswith("verdict: fail\n")


def test_every_kernel_of_a_wrong_variant_is_named_and_one_is_reproduced(
    run: Command, folder: Path
) -> None:
    answer = run("bisect", "stn", "--image", CAT, *WRONG, "--json", "-")
    assert answer.code == 1
    faults = answer.json["faults"]
    assert [fault["node"] for fault in faults] == ["bn1", "bn2", "bn3", "bn4"]
    assert {fault["cause"]["name"] for fault in faults} == {"eps 1e-3"}
    (path,) = {fault["reproduction"]["path"] for fault in faults}
    assert path.startswith("bisect-stn/repro-bn")
    assert (folder / path).is_dir()


def test_verify_says_which_elements_and_why(run: Command, folder: Path) -> None:
    answer = run("verify", "stn", "--image", CAT, *WRONG, "--json", "report.json")
    assert answer.code == 1
    assert answer.stdout.count("    cause: batch_norm matches eps 1e-3") == 4
    assert answer.stdout.count("    elements: ") == 4
    report = json.loads((folder / "report.json").read_text())
    nodes = {node["name"]: node for node in report["nodes"]}
    assert nodes["bn1"]["cause"]["name"] == "eps 1e-3"
    assert nodes["bn1"]["mask"]
    assert "cause" not in nodes["conv1"]


def test_verify_of_a_layer_says_which_elements_and_why(run: Command) -> None:
    answer = run("verify", "batch_norm", *WRONG)
    assert answer.code == 1
    assert answer.stdout.count("    cause: batch_norm matches eps 1e-3") == 1


def test_a_failure_of_the_suite_says_which_elements_and_why(opencl: Session, folder: Path) -> None:
    options = ("--kernels", FAULTS / "pooling.py", "--layer", "max_pool2d", "--effort", "quick")
    answer = clgold(
        *("suite", "-q", "-k", "real", "--device", device_name(opencl), *options), folder=folder
    )
    assert answer.code == 1, answer.stdout + answer.stderr
    assert "cause: max_pool2d matches a window that starts at 0" in answer.stdout


USAGE = {
    "no network": ((), "Missing argument 'NETWORK|LAYER'"),
    "neither": (("conv4d",), "there is no network 'conv4d'"),
    "a missing trace": (("stn", "--trace", "none"), "--trace none: there is no such folder"),
    "kernels that do not run": (
        ("stn", "--kernels", FAULTS / "pooling.py"),
        "kernels pooling.py: no kernel of this view of stn runs",
    ),
    "a missing image": (("stn", "--image", "none.png"), "image none.png: there is no such file"),
    "an output without a place": (("stn", "--output", "no/where"), "--output no/where: there is"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_refused(folder: Path, case: str) -> None:
    arguments, reason = USAGE[case]
    answer = clgold("bisect", *arguments, folder=folder)
    assert (answer.code, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"clgold: {reason}")
    assert answer.stderr.count("\n") == 1
    assert list(folder.iterdir()) == []


def test_no_device_is_exit_code_3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clgold.device.probe.discover", lambda: ())
    from clgold.conformance.commands import cli

    with pytest.raises(SystemExit) as end:
        cli.main(["bisect", STN.name])
    assert end.value.code == 3
