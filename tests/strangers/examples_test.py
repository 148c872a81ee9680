"""The folders of examples/ run as they stand."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from harness.command import clgold

from clgold.device.session import Session

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(opencl: Session, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """The command in that folder, on the tests' driver and no other: two abort a process."""
    driver = opencl.driver
    there = {"OCL_ICD_VENDORS": driver.library, "PYOPENCL_CTX": "0"}
    environment = os.environ | dict(driver.environment) | there
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_pyopencl_script_judges_itself(opencl: Session) -> None:
    done = run(opencl, EXAMPLES / "pyopencl_script", sys.executable, "-P", "check.py")
    assert (done.returncode, done.stdout) == (0, "pass\n"), done.stderr


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_a_c_library_is_judged(opencl: Session, tmp_path: Path) -> None:
    folder, library = EXAMPLES / "ctypes_library", tmp_path / "liblinear.so"
    built = run(opencl, folder, "cc", "-O2", "-shared", "-fPIC", "-o", library, "linear.c")
    assert built.returncode == 0, built.stderr
    done = run(opencl, folder, sys.executable, "-P", "check.py", library)
    assert (done.returncode, done.stdout) == (0, "pass\n"), done.stderr


@pytest.mark.skipif(find_spec("kernel_tuner") is None, reason="Kernel Tuner is not installed")
def test_kernel_tuner_asks_the_judge(opencl: Session, tmp_path: Path) -> None:
    script = EXAMPLES / "kernel_tuner" / "tune.py"
    done = run(opencl, tmp_path, sys.executable, "-P", script)
    assert done.returncode == 0, done.stdout + done.stderr


def built(folder: Path, *sources: Path) -> str:
    """Why a host cannot be built here; empty once it is, as `host`."""
    if shutil.which("g++") is None:
        return "there is no g++"
    include = "#include <CL/cl.h>\n"
    known = ("g++", "-fsyntax-only", "-DCL_TARGET_OPENCL_VERSION=120", "-x", "c++", "-")
    if subprocess.run(known, input=include, text=True, capture_output=True).returncode:
        return "there are no OpenCL headers (Debian: opencl-c-headers)"
    command = ["g++", "-std=c++17", "-Wall", "-Werror", "-I", "cases", "-o", "host", *sources]
    for library in ("-lOpenCL", "-l:libOpenCL.so.1"):  # the first needs a developer's package
        done = subprocess.run([*command, library], cwd=folder, capture_output=True, text=True)
        if done.returncode == 0:
            return ""
        assert "cannot find -l" in done.stderr, done.stderr
    return "there is no OpenCL loader to link with"


def test_a_cpp_host_runs_every_exported_case(opencl: Session, tmp_path: Path) -> None:
    only, example = ("--only", "max_pool2d-real-*"), EXAMPLES / "cpp_host"
    answer = clgold("golden", "export", "--format", "bin", *only, "cases", folder=tmp_path)
    assert answer.code == 0, answer.stderr
    if why := built(tmp_path, example / "host.cpp"):
        pytest.skip(why)
    kernel = (example / "max_pool.cl").read_text()
    wrong = kernel.replace("float most = -INFINITY", "float most = 0")
    for text, code in ((kernel, 0), (wrong, 1)):
        (tmp_path / "pool.cl").write_text(text)
        out = f"out{code}"
        done = run(opencl, tmp_path, "./host", "pool.cl", "cases", out)
        assert done.returncode == 0, done.stderr
        answer = clgold("golden", "check", *only, "--against", out, folder=tmp_path)
        assert (answer.code, "because of: dilation" in answer.stdout) == (code, True)
        assert ("start the maximum at -INFINITY" in answer.stdout) == bool(code), answer.stdout
