"""The bits are the same with any number of threads, without SIMD, and under another NumPy."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rounding.pinned import DIGESTS, KNOWN, PINNED, digest, pinned

from clgold import reference

# Reads the operands of every layer, prints the digests of its results and which SIMD was used.
PROGRAM = """
import hashlib, json, sys
import numpy as np
from clgold.reference import correctly_rounded
digests, data = {}, np.load(sys.argv[1])
for layer, (count, attributes) in json.loads(sys.argv[2]).items():
    names = (f"{layer}{k}" for k in range(count))
    operands = (data[name] if name in data else None for name in names)
    result = correctly_rounded(layer, *operands, **attributes)
    digests[layer] = hashlib.sha256(np.ascontiguousarray(result).tobytes()).hexdigest()
simd = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
print(json.dumps({"digests": digests, "simd": simd, "numpy": np.__version__}))
"""


@pytest.fixture(scope="module")
def operands_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The operands of every pinned case, for other interpreters to read."""
    file = tmp_path_factory.mktemp("rounding") / "operands.npz"
    arrays = {
        f"{layer}{k}": values
        for layer in PINNED
        for k, values in enumerate(pinned(layer))
        if values is not None
    }
    np.savez(file, allow_pickle=False, **arrays)
    return file


def elsewhere(file: Path, python: str = sys.executable, **settings: str) -> dict[str, Any]:
    """What PROGRAM prints under another interpreter or with other environment variables."""
    plan = {layer: (len(shapes), attributes) for layer, (shapes, attributes) in PINNED.items()}
    command = [python, "-W", "error", "-c", PROGRAM, str(file), json.dumps(plan)]
    environment = os.environ | settings
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("layer", KNOWN)
def test_the_bits_are_those_that_they_always_were(layer: str) -> None:
    assert digest(layer) == KNOWN[layer]


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_bits_are_the_same_with_any_number_of_threads(
    operands_file: Path, threads: str
) -> None:
    found = elsewhere(operands_file, OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads)
    assert found["digests"] == DIGESTS


def test_the_bits_are_the_same_without_wide_vectors(operands_file: Path) -> None:
    """Everything that this NumPy would choose at run time is switched off."""
    available = elsewhere(operands_file)["simd"]
    found = elsewhere(operands_file, NPY_DISABLE_CPU_FEATURES=" ".join(available))
    assert found["simd"] == []
    assert found["digests"] == DIGESTS


def test_the_bits_are_the_same_with_another_blas_kernel(operands_file: Path) -> None:
    """OpenBLAS is told to take the processor for an old one; another library ignores it."""
    found = elsewhere(operands_file, OPENBLAS_CORETYPE="Nehalem")
    assert found["digests"] == DIGESTS


def test_the_bits_are_the_same_elsewhere_and_at_any_time(operands_file: Path) -> None:
    settings = {"LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"}
    assert elsewhere(operands_file, **settings)["digests"] == DIGESTS


@pytest.mark.slow
@pytest.mark.parametrize("release", ["2.0", "2.1"])
def test_the_bits_are_the_same_under_another_numpy(
    operands_file: Path, tmp_path: Path, release: str
) -> None:
    """The reference alone, in a virtual environment of its own."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    wanted = [f"numpy=={release}.*", "scipy", "mpmath"]
    install = [python, "-m", "pip", "install", "--only-binary", ":all:", *wanted]
    run = subprocess.run(install, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"pip cannot install {' '.join(wanted)}: {run.stderr}"
    package = tmp_path / "clgold"
    package.mkdir()
    (package / "reference").symlink_to(Path(reference.__file__).parent)
    found = elsewhere(operands_file, python, PYTHONPATH=str(tmp_path))
    assert found["numpy"].startswith(f"{release}.")
    assert found["digests"] == DIGESTS
