"""The folders of examples/ run as they stand."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

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
