"""Which files a kernel is built from."""

from pathlib import Path

from clgold.conformance.run.layer import verify_layer
from clgold.device.session import Session
from clgold.device.variants import load_variants
from clgold.golden.cases import Case

VARIANT = """
from clgold.device import variant


@variant("relu", "mine")
def relu(cl, input):
    output = cl.output()
    rows, columns = output.shape
    cl.launch("relu.cl", "relu", (rows * columns,), None, input, output)
    return output
"""
KERNEL = """
#include "common.h"

__kernel void relu(__global const float *x, __global float *y)
{
    y[get_global_id(0)] = MINE(x[get_global_id(0)]);
}
"""


def test_a_users_header_goes_before_ours_of_the_same_name(opencl: Session, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(VARIANT)
    (tmp_path / "relu.cl").write_text(KERNEL)
    (tmp_path / "common.h").write_text("#define MINE(x) max(x, 0.0f)\n")
    case = Case("relu", "real", ((3, 5),), {}, 0)
    (report,) = verify_layer(opencl, load_variants(tmp_path / "mine.py"), [case])
    assert report.comparison.verdict == "pass", report.comparison.message


def test_the_compilers_first_error_comes_first_and_the_options_last(
    opencl: Session, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(VARIANT)
    (tmp_path / "relu.cl").write_text("#warning first\n__kernel void relu(void) { here; }\n")
    case = Case("relu", "real", ((3, 5),), {}, 0)
    (report,) = verify_layer(opencl, load_variants(tmp_path / "mine.py"), [case])
    first, *_, last = report.comparison.message.splitlines()
    assert report.comparison.verdict == "build-error"
    assert "error:" in first
    assert last == f"{tmp_path / 'relu.cl'} does not build; options: (none)"
