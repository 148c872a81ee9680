"""What is installed is whole, and leaves other projects' pytest alone."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from harness.command import PROGRAM, device_name

from clgold import __version__
from clgold.device.session import Session

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
GENERATED = shutil.ignore_patterns(".git", ".*_cache", ".hypothesis", "build", "*.egg-info")

# As pytest-playwright, and many a project's conftest.py, declare them.
OPTIONS = """
def pytest_addoption(parser):
    for name in ("--device", "--layer", "--effort", "--kernels"):
        parser.addoption(name)
"""
KERNEL = """
__kernel void relu(__global const float *input, __global float *output)
{
    const size_t i = get_global_id(0);
    output[i] = input[i] > 0.0f ? input[i] : isnan(input[i]) ? input[i] : 0.0f;
}
"""
VARIANT = """
from clgold.device import variant

@variant("relu", "mine")
def relu(cl, input):
    output = cl.output()
    cl.launch("mine.cl", "relu", (input.nbytes // 4,), None, input, output)
    return output
"""
TEST = """
def test_the_option_is_theirs(pytestconfig):
    assert pytestconfig.getoption("--device") == "Pixel 5"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    source = shutil.copytree(ROOT, folder / "source", ignore=GENERATED)
    command = [sys.executable, "-c", BUILD, str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def run(installed: Path, folder: Path, *command: object) -> str:
    """What a command of Python's prints, in `folder`, with nothing but the wheel's modules."""
    environment = os.environ | {
        "PYTHONPATH": str(installed),
        "PYTHONPYCACHEPREFIX": str(folder.parents[1] / "bytecode"),
    }
    done = subprocess.run(
        [sys.executable, "-P", *map(str, command)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_one_package_and_declares_one_program(installed: Path) -> None:
    record = f"clgold-{__version__}.dist-info"
    assert {path.name for path in installed.iterdir()} == {"clgold", record}
    assert not (installed / "clgold" / "tests").exists()
    declared = (installed / record / "entry_points.txt").read_text().split("\n")
    assert [line for line in declared if line.startswith("[")] == ["[console_scripts]"]


def test_the_wheel_is_small(installed: Path) -> None:
    (wheel,) = installed.parent.glob("*.whl")
    assert wheel.stat().st_size < 1_200_000


def test_the_fixtures_are_sealed_in_the_wheel(installed: Path, empty: Path) -> None:
    assert {path.name for path in (installed / "clgold" / "golden").glob("*.bin")} == {"seals.bin"}
    assert not (installed / "clgold" / "golden" / "manifest.toml").exists()
    only = ("--only", "scale_shift-*")
    said = run(installed, empty, "-c", PROGRAM, "golden", "check", *only)
    assert said.endswith("verdict: pass\n")
    said = run(installed, empty, "-c", PROGRAM, "golden", "export", *only, "--format", "bin", "out")
    assert len([path for path in (empty / "out").iterdir() if path.is_dir()]) == 24
    assert " fixtures in out, 0 left out" in said


def test_clgold_has_a_version_and_the_reference(installed: Path, empty: Path) -> None:
    program = "import clgold; print(clgold.__version__, clgold.reference.__file__)"
    said = run(installed, empty, "-c", program).split()
    assert said == [__version__, str(installed / "clgold" / "reference" / "__init__.py")]
    assert run(installed, empty, "-c", PROGRAM, "--version") == f"clgold, version {__version__}\n"


def test_the_installed_suite_runs_and_leaves_nothing(
    installed: Path, empty: Path, opencl: Session
) -> None:
    before = sorted(installed.rglob("*"))
    options = ("--layer", "relu", "--effort", "quick", "--device", device_name(opencl), "-n", 2)
    said = run(installed, empty, "-c", PROGRAM, "suite", *options, "-v")
    assert f"rootdir: {installed / 'clgold'}\n" in said
    assert "/conformance/suite/golden_test.py::test_the_naive_kernel" in said
    row = next(line for line in said.splitlines() if line.startswith("relu"))
    assert row.split()[-1] == "pass"
    assert sorted(installed.rglob("*")) == before
    assert list(empty.iterdir()) == []


def test_the_installed_networks_pass(installed: Path, empty: Path, opencl: Session) -> None:
    said = run(installed, empty, "-c", PROGRAM, "verify", "stn", "--device", device_name(opencl))
    assert said.endswith("verdict: pass\n")


def test_the_workflow_to_copy_runs_in_a_strangers_project(
    installed: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    commands = re.findall(r"run: clgold (.+)", text)
    assert len(commands) == 2
    (empty / "conftest.py").write_text(OPTIONS)
    (empty / "kernels").mkdir()
    (empty / "kernels" / "mine.py").write_text(VARIANT)
    (empty / "kernels" / "mine.cl").write_text(KERNEL)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(empty / "summary.md"))
    monkeypatch.setenv("CI", "true")
    for command in commands:
        words = shlex.split(os.path.expandvars(command))
        assert run(installed, empty, "-c", PROGRAM, *words)
    cases = list(ElementTree.parse(empty / "junit.xml").iter("testcase"))
    assert {case.get("file") for case in cases} == {"conformance/suite/kernels_test.py"}
    assert "| relu | mine | ✅ pass" in (empty / "summary.md").read_text(encoding="utf-8")
    assert (empty / "suite.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_sdist_holds_what_the_tests_need(installed: Path, tmp_path: Path) -> None:
    source = installed.parent / "source"
    command = [sys.executable, "-c", BUILD.replace("wheel", "sdist"), str(tmp_path)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        str(one.relative_to(ROOT))
        for folder in ("tests", "docs", "bench", "examples", ".ci", "golden", "kernels")
        for one in (ROOT / folder).rglob("*")
        if one.is_file() and "__pycache__" not in one.parts
    }
    assert wanted | {"conftest.py", "mkdocs.yml", "CHANGELOG.md", "CONTRIBUTING.md"} <= held


@pytest.mark.parametrize("owner", ["conftest", "plug-in"])
def test_other_projects_keep_their_options(installed: Path, empty: Path, owner: str) -> None:
    name = "conftest" if owner == "conftest" else "their_plugin"
    (empty / f"{name}.py").write_text(OPTIONS)
    (empty / "test_theirs.py").write_text(TEST)
    if owner == "plug-in":
        record = empty / "their_plugin-1.0.dist-info"
        record.mkdir()
        (record / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: their-plugin\nVersion: 1.0\n"
        )
        (record / "entry_points.txt").write_text("[pytest11]\ntheirs = their_plugin\n")
    path = Path(f"{installed}{os.pathsep}{empty}")
    theirs = run(path, empty, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--device", "Pixel 5")
    assert "1 passed" in theirs
    ours = run(path, empty, "-c", PROGRAM, "suite", "--collect-only", "-q", "--layer", "relu")
    assert "conformance/suite/kernels_test.py::test_kernel_conforms[relu-naive" in ours
