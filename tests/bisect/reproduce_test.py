"""A folder that fails on its own, and no longer once the kernel in it is right."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import pytest
from faults import VARIANTS as FAULTS

from clgold.conformance.judge.assess import Checked
from clgold.conformance.judge.compare import Tolerance
from clgold.conformance.run.case import check_case
from clgold.device import memory
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.programs import KERNELS
from clgold.device.session import Session
from clgold.device.variants import load_variants
from clgold.device.worker import Worker
from clgold.diagnosis.reproduce import Reproduction, reproduce, write
from clgold.diagnosis.reproduce import replay as replayed
from clgold.golden.cases import Case

FILE = Path(__file__).parent / "planted" / "odd.py"
PLANTED = FAULTS | {one.name: one for one in load_variants(FILE)}

CONV = {
    "stride": (1, 1),
    "padding": ((0, 0), (0, 0)),
    "dilation": (1, 1),
    "groups": 1,
}
LINEAR = ((2, 33), (7, 33), (7,))

# fmt: off
CASES = {
    "F08_kernel_flipped": Case("conv2d", "real", ((2, 6, 9, 7), (5, 6, 3, 3), (5,)), CONV, 1),
    "F09_last_row_unwritten": Case("conv2d", "real", ((1, 3, 7, 5), (4, 3, 3, 2), None), CONV, 1),
    "F33_no_bounds_check": Case("relu", "real", ((61,),), {}, 1),
    "F36_input_overwritten": Case("relu", "real", ((3, 5),), {}, 1),
    "F38_endless_loop": Case("relu", "real", ((7,),), {}, 1),
    "F38_wild_pointer": Case("relu", "real", ((7,),), {}, 1),
    "F28_half_accumulator_linear": Case("linear", "real", ((1, 512), (6, 512), None), {}, 1),
    "F39_last_of_equal_maxima": Case("argmax", "exact", ((3, 29),), {"dim": 1}, 1),
    "packed": Case("linear", "real", LINEAR, {}, 1),
    "kept": Case("linear+elu", "real", LINEAR, {"elu": {"alpha": 0.3}}, 1),
    "by_address": Case("relu", "real", ((3, 5),), {}, 1),
    "unbuildable": Case("relu", "real", ((3, 5),), {}, 1),
}
# fmt: on

# What makes each folder right: our own kernel in its place, or an edit of one of its files.
RIGHT = {
    "F08_kernel_flipped": "conv2d.cl",
    "F09_last_row_unwritten": "conv2d.cl",
    "F33_no_bounds_check": ("repro.py", "(64,)", "(1,)"),
    "F36_input_overwritten": "relu.cl",
    "F38_endless_loop": ("F38_endless_loop.cl", "i += step", "i += length"),
    "F38_wild_pointer": "relu.cl",
    "F28_half_accumulator_linear": "linear.cl",
    "F39_last_of_equal_maxima": "argmax.cl",
    "packed": ("odd.h", "(length) - 1", "(length)"),
    "kept": ("repro.py", "0.5]", "0.0]"),
    "by_address": (
        "odd.cl",
        "input[i] + (float)((size_t)output % 1000003)",
        "fmax(input[i], 0.0f)",
    ),
    "unbuildable": ("unbuildable.cl", ": zero", ": 0.0f"),
}
# Elements of each operand that are left.
LEFT = {
    "F08_kernel_flipped": [2, 2, None],
    "F09_last_row_unwritten": [1, 1, None],
    "F33_no_bounds_check": [1],
    "F36_input_overwritten": [2],  # one that is changed, one that is expected not to be 0
    "F38_endless_loop": [1],
    "F38_wild_pointer": [1],
    "F39_last_of_equal_maxima": [2],
    "packed": [1, 1, None],
    "kept": [1, 1, None],
    "by_address": [1],
    "unbuildable": [1],
}
# A simulator finds these by its log, and does not run anything twice.
BY_GUARDS = ("by_address",)


@pytest.fixture(scope="module")
def worker(opencl: Session) -> Iterator[Worker]:
    found = Worker(opencl.driver, 0, seconds=60.0 if opencl.driver.guards else 600.0)
    yield found
    found.close()


@pytest.fixture(scope="module")
def packed(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Reproduction:
    """One reproduction, for the tests that read it."""
    return written(worker, "packed", tmp_path_factory.mktemp("shared"))


def judged(worker: Worker, name: str) -> Checked:
    usual = worker.seconds
    worker.seconds = 4.0 if name == "F38_endless_loop" else usual
    found = check_case(worker, PLANTED[name], CASES[name])
    worker.seconds = usual
    return found


def written(worker: Worker, name: str, folder: Path) -> Reproduction:
    return reproduce(worker, PLANTED[name], judged(worker, name), folder, name)


def replay(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and what was printed, in a fresh process."""
    command = [sys.executable, "repro.py", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def mend(folder: Path, name: str) -> None:
    """Make the folder's kernel right."""
    right = RIGHT[name]
    if isinstance(right, str):
        for header in KERNELS.glob("*.h"):
            shutil.copy(header, folder)
        shutil.copy(KERNELS / right, folder / f"{name}.cl")
        return
    file, old, new = right
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


# Every try of an endless loop takes seconds; the others are of a kind with F08.
SLOW = {"F38_endless_loop", "F09_last_row_unwritten", "F28_half_accumulator_linear"}
SLOW |= {"F33_no_bounds_check", "F39_last_of_equal_maxima"}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in CASES]
)
def test_the_folder_fails_alone_and_passes_with_the_right_kernel(
    worker: Worker, name: str, tmp_path: Path
) -> None:
    if name in BY_GUARDS and not worker.driver.guards:
        assert judged(worker, name).comparison.verdict != "nondeterministic"
        return
    found = written(worker, name, tmp_path)
    assert found.path == tmp_path / f"repro-{name}", found.message
    left = [shape and prod(shape) for shape in found.shapes]
    assert left == LEFT.get(name, left)
    assert found.runs < 120
    code, said = replay(found.path)
    assert code == 1, said
    assert "WRONG" in said
    mend(found.path, name)
    code, said = replay(found.path)
    assert code == 0, said
    assert said.endswith("right: every element is within its bound\n")


def test_the_layers_of_a_network_take_no_longer(worker: Worker, tmp_path: Path) -> None:
    case = Case("conv2d", "real", ((1, 100, 14, 14), (150, 100, 3, 3), (150,)), CONV, 1)
    variant = PLANTED["F08_kernel_flipped"]
    again = reproduce(worker, variant, check_case(worker, variant, case), tmp_path, "conv2")
    assert again.path is not None
    assert sum(prod(shape) for shape in again.shapes if shape) == 4
    assert again.runs < 60


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_same_failure_gives_the_same_folder(
    worker: Worker, packed: Reproduction, tmp_path: Path
) -> None:
    again = written(worker, "packed", tmp_path)
    assert contents(again.path) == contents(packed.path)
    assert again.case == packed.case


def test_the_folder_holds_all_that_is_needed_and_nothing_of_clgold(packed: Reproduction) -> None:
    assert sorted(contents(packed.path)) == [
        *(".written-by-clgold", "README.md", "bound.npy", "common.h", "expected.npy"),
        *("input.npy", "odd.cl", "odd.h", "pocl_cpu.py", "replay.py", "repro.py", "weight.npy"),
    ]
    for file in ("pocl_cpu.py", "replay.py", "repro.py"):
        text = (packed.path / file).read_text()
        assert not re.search(r"^\s*(from|import) (clgold|\.)", text, re.MULTILINE)
    for source in ("odd.cl", "odd.h"):
        included = re.findall(r'#include "(.+)"', (packed.path / source).read_text())
        assert all((packed.path / file).is_file() for file in included)


def test_the_readme_says_what_fails_and_how_to_tell_that_it_is_mended(
    packed: Reproduction,
) -> None:
    text = (packed.path / "README.md").read_text()
    assert "linear 'packed' computes wrong values" in text
    assert "1 is expected, within 0; the device gave 0." in text
    assert "weight = [[1.]]" in text
    assert "python repro.py" in text
    assert "exit code 0" in text


def test_a_fixed_tolerance_is_the_bound(worker: Worker, tmp_path: Path) -> None:
    failed = replace(judged(worker, "packed"), tolerance=Tolerance(atol=0.25))
    found = reproduce(worker, PLANTED["packed"], failed, tmp_path, "packed")
    assert np.all(np.load(found.path / "bound.npy") == 0.25)


def test_a_session_in_this_process_will_do(opencl: Session, tmp_path: Path) -> None:
    case, variant = CASES["packed"], PLANTED["packed"]
    again = reproduce(opencl, variant, check_case(opencl, variant, case), tmp_path, "packed")
    assert again.path is not None
    assert again.shapes == ((1, 1), (1, 1), None)


@pytest.mark.parametrize(
    ("name", "shape", "why"),
    [
        ("F37_never_launched", (7,), "values.py launches no kernel: the fault is in its host code"),
        ("raises", (7,), "it fails before any kernel is launched: odd.py, line "),
    ],
)
def test_a_fault_of_the_host_has_no_folder_but_a_reason(
    worker: Worker, name: str, shape: tuple[int, ...], why: str, tmp_path: Path
) -> None:
    case = Case("relu", "real", (shape,), {}, 1)
    found = check_case(worker, PLANTED[name], case)
    again = reproduce(worker, PLANTED[name], found, tmp_path, "host")
    assert again.path is None
    assert again.message.startswith(why)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fail_cannot_be_reproduced(worker: Worker, tmp_path: Path) -> None:
    case, right = CASES["packed"], candidates(VARIANTS, "linear")[0]
    found = check_case(worker, right, case)
    wrong = replace(found, comparison=replace(found.comparison, verdict="wrong"))
    for claimed in (found, wrong):
        again = reproduce(worker, right, claimed, tmp_path, "none")
        assert again.path is None
        assert again.message in (
            "the verdict is pass: there is no failure to reproduce",
            "it does not fail again on the same data",
        )


def test_where_the_small_case_is_silent_alone_the_whole_one_is_written(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def confirm(folder: Path) -> None:
        seen.append(folder)
        if len(seen) == 1:
            raise write.Silent("its launches alone do not fail")

    monkeypatch.setattr(write, "confirm", confirm)
    found = written(worker, "packed", tmp_path)
    assert found.path is not None
    assert found.shapes == LINEAR
    assert replay(found.path)[0] == 1


def test_only_a_folder_of_its_own_is_replaced(worker: Worker, tmp_path: Path) -> None:
    first = written(worker, "packed", tmp_path)
    (first.path / "replay.py").unlink()
    again = written(worker, "packed", tmp_path)
    assert (again.path / "replay.py").is_file()
    (again.path / ".written-by-clgold").unlink()
    before = contents(again.path)
    refused = written(worker, "packed", tmp_path)
    assert refused.path is None
    assert refused.message == f"{again.path} is there already and was not written by clgold"
    assert contents(again.path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["repro-packed"]


def test_a_place_that_cannot_be_written_is_a_sentence(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    found = written(worker, "packed", tmp_path / "file")
    assert found.path is None
    assert re.fullmatch(r".*/repro-packed cannot be written: \w[\w ]+", found.message)


def test_without_a_device_the_exit_code_is_3(packed: Reproduction) -> None:
    code, said = replay(packed.path, "--platform", "No Such Platform")
    assert code == 3
    assert said.startswith("no OpenCL device: ")


def test_where_the_driver_is_absent_pyopencl_finds_another(
    opencl: Session, packed: Reproduction, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(packed.path, folder)
    text = (folder / "repro.py").read_text()
    elsewhere = text.replace(repr(opencl.driver.library), repr("/nowhere/libpocl.so"))
    assert elsewhere != text
    (folder / "repro.py").write_text(elsewhere)
    code, said = replay(folder)  # this process's OCL_ICD_VENDORS names the one that is here
    assert code == 1
    assert "WRONG: " in said


def test_the_replay_poisons_memory_as_the_harness_does() -> None:
    assert replayed.POISON == memory.POISON
    assert replayed.FENCE == 0x7FC80000
