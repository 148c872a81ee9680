"""The fixtures have the same bits with any number of threads, processor, locale and NumPy."""

import os
import subprocess
import sys
import venv
from importlib import resources
from pathlib import Path

import pytest

PROGRAM = "from clgold.conformance.commands.cli import main; main()"
REFERENCE_ALONE = """
import sys
from clgold.golden.check import differences, select
from clgold.golden.produce import make
from clgold.golden.store import FOLDER, read
found = differences(read(FOLDER), make(select(None)), None)
print(*found, sep="\\n")
sys.exit(1 if found else 0)
"""


def wide_vectors() -> str:
    """Everything that this NumPy would choose at run time."""
    from numpy._core import _multiarray_umath

    found = _multiarray_umath.__cpu_features__
    return " ".join(name for name in _multiarray_umath.__cpu_dispatch__ if found[name])


# Each run computes every fixture, for 25 s. What would change bits alone changes them beside
# others too: one run does. The wide vectors that NumPy chooses by itself are tried by CI.
OTHERWISE = {
    "LC_ALL": "de_DE.UTF-8",
    "OPENBLAS_NUM_THREADS": "2",
    "PYTHONHASHSEED": "1",
    "TZ": "Pacific/Kiritimati",
}
NARROW = {"NPY_DISABLE_CPU_FEATURES": wide_vectors(), "OPENBLAS_CORETYPE": "Nehalem"}


@pytest.mark.parametrize("vectors", [pytest.param("wide", marks=pytest.mark.slow), "narrow"])
def test_every_fixture_has_the_same_bits(tmp_path: Path, vectors: str) -> None:
    """With two threads, another hash, locale and time."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, "golden", "check"],
        cwd=tmp_path,
        env=os.environ | OTHERWISE | (NARROW if vectors == "narrow" else {}),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("verdict: pass\n")


@pytest.mark.slow
@pytest.mark.parametrize("release", ["2.0", "2.1"])
def test_another_numpy_gives_the_same_bits(tmp_path: Path, release: str) -> None:
    """The reference, the networks and the fixtures in a virtual environment of their own."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    wanted = [f"numpy=={release}.*", "scipy", "mpmath", "pillow", "safetensors"]
    install = [python, "-m", "pip", "install", "--only-binary", ":all:", *wanted]
    run = subprocess.run(install, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"pip cannot install {' '.join(wanted)}: {run.stderr}"
    (tmp_path / "clgold").mkdir()
    for name in ("reference", "networks", "golden"):
        folder = str(resources.files(f"clgold.{name}"))
        (tmp_path / "clgold" / name).symlink_to(folder)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", REFERENCE_ALONE],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
