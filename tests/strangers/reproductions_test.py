"""A folder that fails on its own, of whatever a stranger's wrapper gives its kernels."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from thinned import thinned

from clgold.conformance.run.case import check_case
from clgold.device.session import Session
from clgold.device.variants import load_variants
from clgold.device.worker import Worker
from clgold.diagnosis.reproduce import reproduce
from clgold.golden.cases import parse_case

FORMS = Path(__file__).parent / "forms"
# The form, a case, and how its kernel is made wrong.
WRONG = {
    "zeros": ("gemm", "linear input=3,5 weight=4,5 bias=4", "k < K;", "k < K - 1;"),
    "copy": ("in_place", "relu input=7", "x[i] < 0 ? 0", "x[i] < 0 ? 0.5f"),
    "images": ("picture", "relu input=1,2,3,5", "x < 0 ? 0", "x < 0 ? 0.5f"),
    "vectors, NC4HW4": (
        *("nc4hw4", "max_pool2d input=2,5,6,7 kernel_size=2"),
        *("(float4)(-INFINITY)", "(float4)(9.0f)"),
    ),
    "NHWC": ("nhwc", "max_pool2d input=2,5,6,7 kernel_size=2", "-INFINITY", "9.0f"),
    "pitch": ("pitch", "relu input=2,3,5,7", "x < 0 ? 0", "x < 0 ? 2.5f"),
    "struct, double": (
        *("scalars", "batch_norm input=2,3,4,5 running_mean=3 running_var=3"),
        *("variance[c] + eps", "variance[c] + eps + 1"),
    ),
}
# The variant of a file that has several.
NAMED = {"in_place": "copying"}


@pytest.fixture(scope="module")
def worker(opencl: Session) -> Iterator[Worker]:
    found = Worker(opencl.driver, 0, seconds=60.0 if opencl.driver.guards else 600.0)
    yield found
    found.close()


def run(folder: Path) -> tuple[int, str]:
    command = [sys.executable, "-B", str(folder / "repro.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("form", thinned(WRONG))
def test_what_a_wrapper_gives_its_kernels_is_in_the_folder(
    worker: Worker, form: str, tmp_path: Path
) -> None:
    name, line, right, wrong = WRONG[form]
    for file in FORMS.glob(f"{name}.*"):
        shutil.copy(file, tmp_path)
    kernel = tmp_path / f"{name}.cl"
    assert right in kernel.read_text()
    kernel.write_text(kernel.read_text().replace(right, wrong))
    variants = load_variants(tmp_path / f"{name}.py")
    variant = next(one for one in variants if one.name == NAMED.get(name, one.name))
    failed = check_case(worker, variant, parse_case(line))
    if failed.comparison.verdict == "unsupported":
        pytest.skip(failed.comparison.message)
    found = reproduce(worker, variant, failed, tmp_path, name)
    assert found.path is not None, found.message
    assert run(found.path)[0] == 1
    (copied,) = found.path.glob(f"{name}*.cl")
    copied.write_text(copied.read_text().replace(wrong, right))
    assert run(found.path)[0] == 0, run(found.path)[1]
