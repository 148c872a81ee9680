"""What the suite tells a kernel's author: table, reasons, replay lines, JUnit XML and JSON."""

import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness.command import clgold, device_name

from clgold.conformance.commands import cli
from clgold.conformance.suite.invoke import Outcome, exit_code
from clgold.device.session import Session

ROOT = Path(__file__).parents[2]
PROBES = 8
TWO = ("-k", "real or wide")  # of the probes, where two tell as much as all

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
class Found:
    """What a run of the suite left."""

    code: int
    text: str
    report: dict[str, Any]
    properties: list[dict[str, Any]]  # JUnit's, one for each test
    places: set[tuple[str | None, str | None]]  # JUnit's, class and file


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    folder = tmp_path / "my kernels"  # compilers split their options at spaces
    folder.mkdir()
    (folder / "mine.cl").write_text(KERNEL)
    return folder / "mine.py"


def run(opencl: Session, kernels: Path, *options: object) -> Found:
    """The suite on a user's kernels, from their folder."""
    folder = kernels.parent
    device = ("--device", device_name(opencl))
    written = ("--junitxml", "junit.xml", "--suite-json", "report.json")
    options = ("--kernels", kernels.name, "--effort", "quick", *device, *written, *options)
    done = clgold("suite", *options, folder=folder)
    tree = ElementTree.parse(folder / "junit.xml")
    found = [one.get("value") or "" for one in tree.iter("property") if one.get("name") == "clgold"]
    places = {(case.get("classname"), case.get("file")) for case in tree.iter("testcase")}
    report = json.loads((folder / "report.json").read_text())
    properties = [json.loads(text) for text in found]
    for one in properties:
        del (
            one["about"],
            one["picture"],
        )  # the device stands in the report once, the picture there alone
    for one in report["assays"]:
        one.pop("picture", None)
    return Found(done.code, done.stdout, report, properties, places)


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
    place = ("conformance.suite.kernels_test", "conformance/suite/kernels_test.py")
    assert outcome.places == {place}


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
    assert not set('"(){}') & set(replay), "it can be pasted as it stands"
    assert clgold(*shlex.split(replay)[1:], folder=kernels.parent).code == 1


def test_kernels_that_refuse_everything_fail_with_their_reasons(
    opencl: Session, kernels: Path
) -> None:
    kernels.write_text(VARIANT.format(refusal="only on Sundays", wrong=0))
    outcome = run(opencl, kernels, *TWO)
    assert outcome.code == 1
    assert "No case was run, so nothing is shown: the run fails.\n" in outcome.text
    row = next(line for line in outcome.text.splitlines() if line.startswith("relu"))
    assert row.split()[3:5] + row.split()[-1:] == ["0", "0", "unsupported"]
    assert "cases: relu mine: only on Sundays\n" in outcome.text
    assert outcome.report["verdict"] == "fail"
    assert all(set(one["unsupported"]) == {"only on Sundays"} for one in outcome.properties)

    answer = clgold(
        *("verify", "relu", "--device", device_name(opencl), "--kernels", kernels),
        folder=kernels.parent,
    )
    assert answer.code == 1
    assert "mine: only on Sundays\n" in answer.stdout
    assert re.search(
        r"No case was run: relu 'mine' refuses all \d+ cases. The plainest is relu input=1: only "
        r"on Sundays\n    edit `supports` in \S+, line \d+, or the case in\n    clgold verify .* ",
        answer.stdout,
    )
    assert "unsupported │" in answer.stdout


def test_a_mistake_in_the_wrapper_is_said_once(opencl: Session, kernels: Path) -> None:
    text = VARIANT.format(refusal=None, wrong=0).replace("cl.output()", "cl.outptu()")
    kernels.write_text(text)
    sentence = "mine.py, line 6: AttributeError: 'Launcher' object has no attribute 'outptu'"
    outcome = run(opencl, kernels, *TWO)
    assert outcome.code == 2
    table = outcome.text.partition("layer  variant")[2]
    assert table.count(f"wrapper-error: {sentence}\n  replay: ") == 1
    assert "raise AssertionError" not in outcome.text, "our own source is no part of the answer"
    device = ("--device", device_name(opencl), "--kernels", kernels)
    answer = clgold("verify", "relu", *device, folder=kernels.parent)
    assert (answer.code, answer.stdout.count(sentence)) == (2, 1)
    assert answer.stderr == f"clgold: kernels {sentence}\n"


def test_one_fault_is_one_block(opencl: Session, kernels: Path) -> None:
    kernels.write_text(VARIANT.format(refusal=None, wrong=1))
    device = ("--device", device_name(opencl), "--kernels", kernels)
    answer = clgold("verify", "relu", *device, "--probe", "real,wide", folder=kernels.parent)
    assert answer.code == 1
    (block,) = re.findall(r"^mine: .*\n(?: +.*\n)+", answer.stdout, re.MULTILINE)
    assert block.count("replay: clgold verify") == 1
    assert re.search(r"^    \d+ more cases fail alike \(.*real.*\)$", block, re.MULTILINE)


MET = {
    "it fails so": (1, "wrong", 0, "2 xfailed"),
    "it passes": (0, "wrong", 1, "wrong was expected (1 is added), and it does not fail"),
    "it fails otherwise": (1, "crash", 1, "crash was expected (1 is added), and it is wrong"),
}


@pytest.mark.parametrize("case", MET)
def test_what_is_expected_to_fail_must_fail_in_that_way(
    opencl: Session, kernels: Path, case: str
) -> None:
    wrong, verdict, code, said = MET[case]
    kernels.write_text(VARIANT.format(refusal=None, wrong=wrong))
    known = kernels.parent / "known.toml"
    known.write_text(EXPECTED.format(driver=opencl.driver.name).replace('"wrong"', f'"{verdict}"'))
    outcome = run(opencl, kernels, *TWO, "--expectations", known)
    assert outcome.code == code, outcome.text
    assert said in outcome.text
    assert outcome.report["verdict"] == ("fail" if code else "pass")


def test_what_is_proposed_makes_the_next_run_green(opencl: Session, kernels: Path) -> None:
    kernels.write_text(VARIANT.format(refusal=None, wrong=1))
    known = kernels.parent / "known.toml"
    gone = EXPECTED.format(driver=opencl.driver.name).replace('"wrong"', '"crash"')
    elsewhere = EXPECTED.format(driver="rusticl").replace("[[", "# another machine's\n[[")
    known.write_text(gone + elsewhere)
    assert run(opencl, kernels, *TWO, "--write-expectations", known).code == 1
    text = known.read_text()
    assert "# another machine's" in text
    assert '"crash"' not in text
    assert run(opencl, kernels, *TWO, "--expectations", known).code == 0


NOWHERE = {
    "layer": "there is no layer 'conv3d' here",
    "variant": "there is no variant 'conv3d' of relu, only naive",
    "driver": "there is no driver 'conv3d', only ",
    "probe": "there is no probe 'conv3d', only *, exact",
    "verdict": "there is no failure 'conv3d', only wrong",
}


@pytest.mark.parametrize("field", NOWHERE)
def test_an_expectation_of_what_does_not_exist_is_refused(tmp_path: Path, field: str) -> None:
    known = tmp_path / "known.toml"
    text = EXPECTED.format(driver="pocl").replace('"mine"', '"naive"')
    known.write_text(re.sub(rf'{field} = ".*"', f'{field} = "conv3d"', text))
    answer = clgold("suite", "--layer", "relu", "--expectations", known, folder=tmp_path)
    assert answer.code == 2
    assert f"known.toml: entry 1: {NOWHERE[field]}" in answer.stderr


@pytest.mark.parametrize("text", ["devices = true", "expected = 1", "expected = [1]", "a = " * 9])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    known = tmp_path / "known.toml"
    known.write_text(text)
    answer = clgold("suite", "--layer", "relu", "--write-expectations", known, folder=tmp_path)
    listed = clgold("suite", "--layer", "conv3d", "--expectations", known, folder=tmp_path)
    assert (listed.code, answer.code) == (2, 2 if text != "devices = true" else 0)


REFUSED = {
    "an unknown option": (("--bogus",), "suite: unrecognized arguments: --bogus"),
    "an unknown layer": (("--layer", "none"), "suite: unknown layer 'none', expected one of"),
    "no such file": (("--kernels", "none.py"), "suite: kernels none.py: there is no such file"),
    "a driver that is not here": (("--device", "none"), "There is no OpenCL driver 'none' here"),
    "tests of one's own": ((".",), "suite: the suite has its own tests, got '.' too"),
    "no folder": (("--suite-json", "a/b"), "suite: --suite-json a/b: there is no folder a"),
    "no expectations": (("--expectations", "no.toml"), "suite: expectations no.toml: cannot be"),
    "no effort": (("--effort", "none"), "suite: argument --effort: invalid choice: 'none'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_usage_is_one_sentence(tmp_path: Path, case: str) -> None:
    options, reason = REFUSED[case]
    answer = clgold("suite", *options, folder=tmp_path)
    assert (answer.code, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"clgold: {reason}")
    assert answer.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_options_that_leave_no_test_are_wrong_usage(tmp_path: Path) -> None:
    answer = clgold("suite", "-q", "-k", "nothing_like_it", "--collect-only", folder=tmp_path)
    assert (answer.code, answer.stderr) == (2, "clgold: suite: these options leave no test\n")


@pytest.mark.parametrize(
    ("blamed", "code"),
    [
        (set(), 0),
        ({"kernel"}, 1),
        ({"kernel", "device"}, 3),
        ({"kernel", "device", "clgold"}, 4),
    ],
    ids=["nobody", "a kernel", "a device", "clgold"],
)
def test_the_exit_code_says_whose_fault_it_is(blamed: set[str], code: int) -> None:
    assert exit_code(int(bool(blamed)), Outcome((), blamed)) == code


def test_without_a_device_the_exit_code_is_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("clgold.device.probe.discover", lambda: ())
    monkeypatch.setattr("os.environ", dict(os.environ))
    with pytest.raises(SystemExit) as end:
        cli.main(["suite", "--layer", "relu"])
    assert end.value.code == 3
    assert capsys.readouterr().err.startswith("clgold: There is no OpenCL driver here")


@pytest.mark.parametrize("given", ["--layer batch_norm", "--kernels={} --layer relu"])
def test_in_the_checkout_a_layers_tests_run_alone(kernels: Path, given: str) -> None:
    kernels.write_text(VARIANT.format(refusal=None, wrong=0))
    options = [word.format(kernels) for word in given.split()]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *ids, _, total = done.stdout.strip().splitlines()
    layer = "relu-mine" if "{}" in given else "batch_norm"
    assert all(one.startswith("conformance/suite/") and layer in one for one in ids)
    assert len(ids) >= PROBES
    assert re.match(rf"{len(ids)}/\d+ tests collected \(\d+ deselected\)", total)
