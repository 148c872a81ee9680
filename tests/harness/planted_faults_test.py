"""A fault planted in one kernel is found in every kernel that uses it, and in no other.

Some faults are one edit of our own source; the others are a few lines, written as a user would.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.command import Answer, clgold, device_name

from clgold.device.programs import KERNELS
from clgold.device.session import Session
from clgold.golden.photographs import FOLDER
from clgold.networks import STN

BATCH_NORMS = ("bn1", "bn2", "bn3", "bn4")


@dataclass(frozen=True)
class Edit:
    """Our own kernel file with `old` replaced by `new`; its headers are written out in it."""

    layer: str
    source: str
    old: str
    new: str

    def write(self, folder: Path) -> Path:
        headers = [(KERNELS / f"{h}.h").read_text() for h in ("common", "conv2d", "sampling")]
        text = "\n".join([*headers, (KERNELS / self.source).read_text()])
        assert text.count(self.old) == 1, f"{self.source} no longer holds {self.old!r} once"
        # Our variants name their kernels ../kernels/NAME.cl, from wherever they are declared.
        (folder / "kernels").mkdir()
        (folder / "kernels" / self.source).write_text(text.replace(self.old, self.new))
        (folder / "variants").mkdir()
        path = folder / "variants" / "planted.py"
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
    """A variant of `linear` in so many lines: line 6 of the Python, line 2 of the kernel."""

    python: str = "cl.launch('planted.cl', 'planted', (1,), None, input, output)"
    kernel: str = ""
    result: str = "output"
    layer: str = "linear"

    def write(self, folder: Path) -> Path:
        head = "__kernel void planted(__global float *input, __global float *output) {"
        (folder / "planted.cl").write_text(f"{head}\n    {self.kernel}\n}}\n")
        path = folder / "planted.py"
        path.write_text(
            "from clgold.device import variant\n\n"
            "@variant('linear', 'planted')\n"
            "def planted(cl, input, weight, bias):\n"
            "    output = cl.output()\n"
            f"    {self.python}\n"
            f"    return {self.result}\n"
        )
        return path


@dataclass(frozen=True)
class Fault:
    """What is planted, the kernels that show it, the verdict, and a pattern of the message."""

    planted: Edit | Lines
    kernels: tuple[str, ...]
    verdict: str
    message: str


WITHOUT_EPS = Edit(
    "batch_norm", "batch_norm.cl", "sqrt(running_var[c] + eps)", "sqrt(running_var[c])"
)
FLIPPED = Edit(
    "conv2d+elu+max_pool2d",
    "conv2d_pool_elu.cl",
    "sum += row[x] * taps[kx]",
    "sum += row[x] * filter[(conv->KH - 1 - ky) * conv->KW + conv->KW - 1 - kx]",
)
WITHOUT_HALF = Edit(
    "affine_grid+grid_sample",
    "affine_grid_sample.cl",
    "align_corners ? 0.0f : -0.5f",
    "0.0f",
)

FAULTS = {
    "batch_norm without eps": Fault(WITHOUT_EPS, BATCH_NORMS, "wrong", "elements beyond"),
    # The filters of conv3 are 1×1: turned about, they are the same.
    "filter flipped": Fault(FLIPPED, ("conv1", "conv2"), "wrong", "elements beyond"),
    "sampler without -0.5": Fault(WITHOUT_HALF, ("STN_func",), "wrong", "elements beyond"),
    "nothing written": Fault(Lines(), ("FC2",), "unwritten", "6 of 6 elements never written"),
    "written beyond its output": Fault(
        Lines(kernel="output[6] = 1.0f;"),
        ("FC2",),
        "overrun",
        r"wrote 1 elements after output \[1, 6\], the nearest 1 beyond its end|Invalid write",
    ),
    "input modified": Fault(
        Lines(kernel="input[0] += 1.0f;"),
        ("FC2",),
        "input-modified",
        r"changed 1 elements of FC1\.elu \[1, 100\]",
    ),
    "kernel that does not compile": Fault(
        Lines(kernel="output[0] = ;"), ("FC2",), "build-error", r"planted\.cl:2:\d+: .*expected"
    ),
    "Python exception": Fault(
        Lines("cl.lunch()"), ("FC2",), "crash", r"planted\.py, line 6: AttributeError: .*lunch"
    ),
    "Python exit": Fault(
        Lines("raise SystemExit(0)"), ("FC2",), "crash", r"planted\.py, line 6: SystemExit: 0"
    ),
    "wrong number of arguments": Fault(
        Lines("cl.launch('planted.cl', 'planted', (1,), None, input, output, 3)"),
        ("FC2",),
        "build-error",
        r"planted\.cl: kernel planted takes 2 arguments, 3 given",
    ),
    "missing kernel file": Fault(
        Lines("cl.launch('nowhere.cl', 'planted', (1,), None, input, output)"),
        ("FC2",),
        "build-error",
        r"nowhere\.cl: there is no such file",
    ),
    "missing kernel": Fault(
        Lines("cl.launch('planted.cl', 'plan', (1,), None, input, output)"),
        ("FC2",),
        "build-error",
        r"planted\.cl: there is no kernel 'plan', it has planted",
    ),
    "nothing returned": Fault(
        Lines(result="None"),
        ("FC2",),
        "crash",
        r"planted\.py: returned a NoneType, expected cl\.output\(\)",
    ),
    "another array returned": Fault(
        Lines(result="input"), ("FC2",), "wrong", r"shape \(1, 100\), expected \(1, 6\)"
    ),
}


@pytest.fixture
def device(opencl: Session) -> str:
    return device_name(opencl)


def verify(device: str, kernels: Path, report: Path) -> Answer:
    """`clgold verify stn` with the user's kernels, named by a relative path, on one image."""
    image = FOLDER / "cat.png"
    options = ("--device", device, "--kernels", kernels.name, "--image", image, "--json", report)
    return clgold("verify", "stn", *options, folder=kernels.parent)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_where_it_is_and_nowhere_else(
    name: str, device: str, tmp_path: Path
) -> None:
    fault = FAULTS[name]
    answer = verify(device, fault.planted.write(tmp_path), tmp_path / "report.json")
    assert answer.code == 1, answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["verdict"] == "fail"
    failing = {n["name"]: n["verdict"] for n in report["nodes"] if n["verdict"] != "pass"}
    assert failing == dict.fromkeys(fault.kernels, fault.verdict)
    for node in report["nodes"]:
        if node["name"] in failing:
            assert re.search(fault.message, node["message"]), node["message"]
            assert node["variant"] == "planted"
    (end,) = report["end_to_end"]
    assert end["verdict"] == "wrong"
    assert end["message"].startswith(f"{fault.kernels[0]} fails on the device's own results: ")
    for kernel in fault.kernels:
        assert f"\n{kernel}: {fault.verdict}: " in answer.stdout
    assert answer.stdout.endswith("verdict: fail\n")


def test_a_users_right_kernel_passes_and_is_the_one_that_ran(device: str, tmp_path: Path) -> None:
    right = Edit(WITHOUT_EPS.layer, WITHOUT_EPS.source, WITHOUT_EPS.old, WITHOUT_EPS.old)
    answer = verify(device, right.write(tmp_path), tmp_path / "report.json")
    assert answer.code == 0, answer.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert [n["name"] for n in report["nodes"] if n["variant"] == "planted"] == list(BATCH_NORMS)


def test_the_compilers_words_are_shown_as_they_are(device: str, tmp_path: Path) -> None:
    fault = Lines(kernel='#error "an [red]odd[/red] [/word] :smile:"')
    answer = verify(device, fault.write(tmp_path), tmp_path / "report.json")
    assert answer.code == 1, answer.stderr
    assert "an [red]odd[/red] [/word] :smile:" in answer.stdout


def test_every_kernel_of_the_network_can_be_planted_with_a_fault() -> None:
    ours = {kernel.name for kernel in STN.kernels}
    assert {kernel for fault in FAULTS.values() for kernel in fault.kernels} <= ours
