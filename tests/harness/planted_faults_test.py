"""A fault planted in one kernel is found in every kernel that uses it, and in no other.

Some faults are one edit of our own source; the others are a few lines, written as a user would.
Those of a kind are planted together, each in kernels of its own.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from harness.command import Answer, clgold, device_name

from clgold.device.programs import KERNELS
from clgold.device.session import Session
from clgold.golden.photographs import FOLDER
from clgold.networks import STN, shapes

BATCH_NORMS = ("bn1", "bn2", "bn3", "bn4")


@dataclass(frozen=True)
class Edit:
    """Our own kernel file with `old` replaced by `new`; its headers are written out in it."""

    layer: str
    source: str
    old: str
    new: str
    nodes: tuple[str, ...]

    def write(self, folder: Path) -> Path:
        headers = [(KERNELS / f"{h}.h").read_text() for h in ("common", "conv2d", "sampling")]
        text = "\n".join([*headers, (KERNELS / self.source).read_text()])
        assert text.count(self.old) == 1, f"{self.source} no longer holds {self.old!r} once"
        # Our variants name their kernels ../kernels/NAME.cl, from wherever they are declared.
        for part in ("kernels", "variants"):
            (folder / part).mkdir(exist_ok=True)
        (folder / "kernels" / self.source).write_text(text.replace(self.old, self.new))
        path = (folder / "variants" / self.source).with_suffix(".py")
        path.write_text(
            "from clgold.device import variant\n"
            "from clgold.device.catalogue import VARIANTS\n\n"
            f"ours = next(one.launch for one in VARIANTS if one.layer == {self.layer!r})\n\n\n"
            f"@variant({self.layer!r}, 'planted')\n"
            "def planted(*operands, **attributes):\n"
            "    return ours(*operands, **attributes)\n"
        )
        return path


@dataclass(frozen=True)
class Lines:
    """A variant in one kernel's place: line 6 of the Python, line 2 of the kernel."""

    node: str
    verdict: str
    message: str  # a pattern
    python: str = "cl.launch('FILE.cl', 'planted', (1,), None, input, output)"
    kernel: str = ""
    result: str = "output"

    def write(self, folder: Path) -> Path:
        (kernel,) = (one for one in STN.kernels if one.name == self.node)
        known = shapes(STN)
        given = tuple(None if o is None else known[o] for o in kernel.operands)
        head = "__kernel void planted(__global float *input, __global float *output) {"
        (folder / f"{self.node}.cl").write_text(f"{head}\n    {self.kernel}\n}}\n")
        path = folder / f"{self.node}.py"
        path.write_text(
            "from clgold.device import variant\n"
            f"here = lambda shapes, _: None if shapes == {given!r} else 'another kernel'\n"
            f"@variant({kernel.chain.name!r}, {self.node!r}, supports=here)\n"
            "def planted(cl, input, *rest, **attributes):\n"
            "    output = cl.output()\n"
            f"    {self.python.replace('FILE', self.node)}\n"
            f"    return {self.result}\n"
        )
        return path


EDITS = {
    "batch_norm without eps": Edit(
        "batch_norm",
        "batch_norm.cl",
        "sqrt(running_var[c] + eps)",
        "sqrt(running_var[c])",
        BATCH_NORMS,
    ),
    # The filters of conv3 are 1×1: turned about, they are the same.
    "filter flipped": Edit(
        "conv2d+elu+max_pool2d",
        "conv2d_pool_elu.cl",
        "sum += row[x] * taps[kx]",
        "sum += row[x] * filter[(conv->KH - 1 - ky) * conv->KW + conv->KW - 1 - kx]",
        ("conv1", "conv2"),
    ),
    "sampler without -0.5": Edit(
        "affine_grid+grid_sample",
        "affine_grid_sample.cl",
        "align_corners ? 0.0f : -0.5f",
        "0.0f",
        ("STN_func",),
    ),
}

LINES = {
    "nothing written": Lines("FC2", "unwritten", "6 of 6 elements never written"),
    "written beyond its output": Lines(
        "bn4",
        "overrun",
        r"wrote 1 elements after output \[1, 350\], the nearest 1 beyond its end|Invalid write",
        kernel="output[350] = 1.0f;",
    ),
    "input modified": Lines(
        "bn3",
        "input-modified",
        r"changed 1 elements of conv3\.max_pool2d \[1, 250, 3, 3\]",
        kernel="input[0] += 1.0f;",
    ),
    "kernel that does not compile": Lines(
        "conv1", "build-error", r"conv1\.cl:2:\d+: .*expected", kernel="output[0] = ;"
    ),
    "Python exception": Lines(
        "conv2", "wrapper-error", r"conv2\.py, line 6: AttributeError: .*lunch", python="cl.lunch()"
    ),
    "Python exit": Lines(
        "conv3", "wrapper-error", r"conv3\.py, line 6: SystemExit: 0", python="raise SystemExit(0)"
    ),
    "wrong number of arguments": Lines(
        "stn_conv1",
        "wrapper-error",
        r"stn_conv1\.py, line 6: LaunchError: \S*stn_conv1\.cl: kernel planted takes 2",
        python="cl.launch('FILE.cl', 'planted', (1,), None, input, output, 3)",
    ),
    "missing kernel file": Lines(
        "stn_conv2",
        "wrapper-error",
        r"line 6: LaunchError: \S*nowhere\.cl: there is no such file",
        python="cl.launch('nowhere.cl', 'planted', (1,), None, input, output)",
    ),
    "missing kernel": Lines(
        "FC1",
        "wrapper-error",
        r"line 6: LaunchError: \S*FC1\.cl: there is no kernel 'plan', it has planted",
        python="cl.launch('FILE.cl', 'plan', (1,), None, input, output)",
    ),
    "nothing returned": Lines(
        "bn1",
        "wrapper-error",
        r"bn1\.py, line \d: returned a NoneType, expected cl\.output\(\)",
        result="None",
    ),
    "another array returned": Lines(
        "FC3", "wrong", r"shape \(1, 250, 3, 3\), expected \(1, 350\)", result="input"
    ),
}


@dataclass(frozen=True)
class Verified:
    """One `clgold verify stn` on cat.png, with several faults at once."""

    answer: Answer
    report: dict[str, Any]
    nodes: dict[str, dict[str, Any]]


def verify(opencl: Session, folder: Path, planted: Iterable[Edit | Lines]) -> Verified:
    """With the kernels of the folder, named by relative paths."""
    files = [one.write(folder).relative_to(folder) for one in planted]
    options = [word for file in files for word in ("--kernels", file)]
    device = ("--device", device_name(opencl), "--image", FOLDER / "cat.png")
    answer = clgold("verify", "stn", *device, *options, "--json", "report.json", folder=folder)
    report = json.loads((folder / "report.json").read_text())
    return Verified(answer, report, {node["name"]: node for node in report["nodes"]})


@pytest.fixture(scope="module")
def edited(opencl: Session, tmp_path_factory: pytest.TempPathFactory) -> Verified:
    return verify(opencl, tmp_path_factory.mktemp("edited"), EDITS.values())


@pytest.fixture(scope="module")
def broken(opencl: Session, tmp_path_factory: pytest.TempPathFactory) -> Verified:
    return verify(opencl, tmp_path_factory.mktemp("broken"), LINES.values())


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_our_kernel_is_found_wherever_it_is_used(name: str, edited: Verified) -> None:
    for node in EDITS[name].nodes:
        assert edited.nodes[node]["verdict"] == "wrong"
        assert "elements beyond" in edited.nodes[node]["message"]
        assert edited.nodes[node]["variant"] == "planted"


@pytest.mark.parametrize("name", LINES)
def test_what_goes_wrong_is_said_of_the_kernel_in_which_it_does(
    name: str, broken: Verified
) -> None:
    fault = LINES[name]
    node = broken.nodes[fault.node]
    assert (node["verdict"], node["variant"]) == (fault.verdict, fault.node)
    assert re.search(fault.message, node["message"]), node["message"]


@pytest.mark.parametrize("faults", ["edited", "broken"])
def test_no_other_kernel_is_blamed(faults: str, request: pytest.FixtureRequest) -> None:
    found: Verified = request.getfixturevalue(faults)
    wrong = {node for edit in EDITS.values() for node in edit.nodes}
    if faults == "broken":
        wrong = {one.node for one in LINES.values()}
    assert {n for n, node in found.nodes.items() if node["verdict"] != "pass"} == wrong
    assert found.answer.code == (2 if faults == "broken" else 1), "2 says: mistakes in wrappers"
    assert "Traceback" not in found.answer.stdout + found.answer.stderr
    assert found.answer.stdout.endswith("verdict: fail\n")
    assert found.report["verdict"] == "fail"
    first = next(kernel.name for kernel in STN.kernels if kernel.name in wrong)
    (end,) = found.report["end_to_end"]
    assert end["verdict"] == "wrong"
    assert end["message"].startswith(f"{first} fails on the device's own results: ")
    for name in wrong:
        assert f"\n{name}: {found.nodes[name]['verdict']}: " in found.answer.stdout


def test_a_users_right_kernel_passes_and_is_the_one_that_ran(
    opencl: Session, tmp_path: Path
) -> None:
    edit = EDITS["batch_norm without eps"]
    found = verify(opencl, tmp_path, [replace(edit, new=edit.old)])
    assert found.answer.code == 0, found.answer.stdout
    ran = [name for name, node in found.nodes.items() if node["variant"] == "planted"]
    assert ran == list(BATCH_NORMS)


def test_the_compilers_words_are_shown_as_they_are(opencl: Session, tmp_path: Path) -> None:
    words = "an [red]odd[/red] [/word] :smile:"
    fault = Lines("FC2", "build-error", "", kernel=f'#error "{words}"')
    found = verify(opencl, tmp_path, [fault])
    assert found.answer.code == 1, found.answer.stderr
    assert words in found.answer.stdout


def test_every_kernel_that_is_planted_with_a_fault_is_one_of_the_network() -> None:
    planted = [node for edit in EDITS.values() for node in edit.nodes]
    planted += [fault.node for fault in LINES.values()]
    assert set(planted) <= {kernel.name for kernel in STN.kernels}
