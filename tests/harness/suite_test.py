"""What the suite tells a kernel's author: table, reasons, replay lines, JUnit XML and JSON."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness.command import clgold, device_name

from clgold.device.session import Session

SUITE = Path(__file__).parent.parent / "kernels_test.py"
PROBES = 6
TWO = ("-k", "real or wide")  # of the probes, where two tell as much as six

KERNEL = """
__kernel void relu(__global const float *input, __global float *output, int wrong)
{
    const size_t i = get_global_id(0);
    output[i] = (input[i] > 0.0f ? input[i] : 0.0f) + wrong;
}
"""
VARIANT = """
from clgold.device import variant

@variant("relu", "mine", supports=lambda shapes, attributes: {refusal!r})
def relu(cl, input):
    output = cl.output()
    cl.launch("mine.cl", "relu", (input.nbytes // 4,), None, input, output, {wrong})
    return output
"""
EXPECTED = """
[[expected]]
layer = "relu"
variant = "mine"
driver = "{driver}"
probe = "*"
verdict = "wrong"
reason = "1 is added"
"""


@dataclass(frozen=True)
class Outcome:
    """What a run of the suite left."""

    code: int
    text: str
    report: dict[str, Any]
    properties: list[dict[str, Any]]  # JUnit's, one for each test


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    (tmp_path / "mine.cl").write_text(KERNEL)
    return tmp_path / "mine.py"


def run(opencl: Session, kernels: Path, *options: object) -> Outcome:
    """The suite on a user's kernels, from their folder."""
    folder = kernels.parent
    command = [sys.executable, "-m", "pytest", SUITE, "--kernels", kernels.name, "-p"]
    command += ["no:cacheprovider", "--effort", "quick", "--device", opencl.driver.name]
    command += ["--junitxml", "junit.xml", "--suite-json", "report.json", *options]
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, capture_output=True, text=True, timeout=600
    )
    tree = ElementTree.parse(folder / "junit.xml")
    found = [one.get("value") or "" for one in tree.iter("property") if one.get("name") == "clgold"]
    report = json.loads((folder / "report.json").read_text())
    return Outcome(done.returncode, done.stdout, report, [json.loads(text) for text in found])


def test_a_right_kernel_is_a_row_that_passes(opencl: Session, kernels: Path) -> None:
    kernels.write_text(VARIANT.format(refusal=None, wrong=0))
    outcome = run(opencl, kernels)
    assert outcome.code == 0, outcome.text
    row = next(line for line in outcome.text.splitlines() if line.startswith("relu"))
    assert row.split()[:3] == ["relu", "mine", opencl.driver.name]
    assert row.split()[-1] == "pass"
    assert outcome.report["verdict"] == "pass"
    assert outcome.report["assays"] == outcome.properties
    assert len(outcome.properties) == PROBES
    assert int(row.split()[3]) == sum(one["cases"] for one in outcome.properties) > PROBES


def test_a_failure_has_a_replay_line_everywhere(opencl: Session, kernels: Path) -> None:
    kernels.write_text(VARIANT.format(refusal=None, wrong=1))
    outcome = run(opencl, kernels, *TWO)
    assert outcome.code == 1
    assert outcome.report["verdict"] == "fail"
    assert outcome.report["assays"] == outcome.properties
    assert [one["probe"] for one in outcome.properties] == ["real", "wide"]
    for one in outcome.properties:
        assert one["failure"].startswith("wrong: ")
        assert f"  replay: {one['replay']}\n" in outcome.text
    replay = outcome.properties[0]["replay"]
    assert replay.startswith(f"clgold verify --device {opencl.driver.name} --kernels ")
    case = replay.partition("--case ")[2].strip("'").replace("'\"'\"'", "'")
    options = ("--device", device_name(opencl), "--kernels", kernels, "--case", case)
    assert clgold("verify", *options, folder=kernels.parent).code == 1


def test_kernels_that_refuse_everything_fail_with_their_reasons(
    opencl: Session, kernels: Path
) -> None:
    kernels.write_text(VARIANT.format(refusal="only on Sundays", wrong=0))
    outcome = run(opencl, kernels, *TWO)
    assert outcome.code == 1
    assert "No case was run, so nothing is shown: the run fails.\n" in outcome.text
    row = next(line for line in outcome.text.splitlines() if line.startswith("relu"))
    assert row.split()[3::3] == ["0", "unsupported"]
    assert "cases: relu mine: only on Sundays\n" in outcome.text
    assert outcome.report["verdict"] == "fail"
    assert all(set(one["unsupported"]) == {"only on Sundays"} for one in outcome.properties)

    answer = clgold(
        *("verify", "relu", "--device", device_name(opencl), "--kernels", kernels),
        folder=kernels.parent,
    )
    assert answer.code == 1
    assert "mine: only on Sundays\n" in answer.stdout
    assert "No case was run, so nothing is shown.\n" in answer.stdout
    assert "unsupported │" in answer.stdout


@pytest.mark.parametrize(("wrong", "code"), [(1, 0), (0, 1)], ids=["fails", "passes"])
def test_what_is_expected_to_fail_must_fail(
    opencl: Session, kernels: Path, wrong: int, code: int
) -> None:
    kernels.write_text(VARIANT.format(refusal=None, wrong=wrong))
    known = kernels.parent / "known.toml"
    known.write_text(EXPECTED.format(driver=opencl.driver.name))
    outcome = run(opencl, kernels, *TWO, "--expectations", known)
    assert outcome.code == code, outcome.text
    assert outcome.report["verdict"] == ("fail" if code else "pass")
