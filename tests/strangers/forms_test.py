"""Forms of use as in the wild, each as a small kernel, run by a documented command.

A file in forms/ is what a stranger would write; here stand the command and the true verdict.
"""

import re
from pathlib import Path

import pytest

from clgold.device.drivers import discover
from clgold.device.session import Session

from .conftest import Verify

FORMS = Path(__file__).parent / "forms"
POOL = ("--shape", "input=2,6,9,7", "--set", "kernel_size=3", "--set", "stride=2")
ONE = ("--shape", "input=2,6,9,7", "--set", "kernel_size=1")
IMAGES = ("--shape", "input=2,3,5,7")
SQUARE = ("--shape", "input=1,8,8,8", "--shape", "weight=16,8,3,3", "--shape", "bias=16")
SCATTERED = (
    *("--shape", "grad=2,3,9,8", "--shape", "grid=2,9,8,2"),
    *("--set", "input_size=2,3,5,7", "--probe", "exact,real,lone"),
)
UNITS = ("--shape", "grad=7,5", "--probe", "exact,real")
ADDED = ("--shape", "grad=67,5", "--shape", "input=67,7", "--probe", "exact,real,sparse")

ROWS = ("--shape", "input=3,40", "--set", "dim=-1", "--probe", "real,wide,special")

# By file and variant: the layer, more options, and the verdicts that must be seen, and no others.
RIGHT: dict[str, tuple[str, tuple[str, ...], set[str]]] = {
    "nhwc nhwc": ("max_pool2d", POOL, {"pass"}),
    "nc4hw4 nc4hw4": ("max_pool2d", POOL, {"pass"}),
    "pitch pitch": ("relu", IMAGES, {"pass"}),
    "pitch greedy": ("relu", IMAGES, {"wrong"}),
    "pitch trusting": ("relu", IMAGES, {"pass"}),
    "in_place declared": ("relu", IMAGES, {"pass"}),
    "in_place copying": ("relu", IMAGES, {"pass"}),
    "in_place undeclared": ("relu", IMAGES, {"input-modified", "pass"}),
    "atomic atomic": ("grid_sample_input_grad", SCATTERED, {"pass"}),
    "atomic added": ("grid_sample_input_grad", SCATTERED, {"pass"}),
    "turns declared": ("linear_bias_grad", UNITS, {"pass"}),
    "turns undeclared": ("linear_bias_grad", UNITS, {"pass", "nondeterministic"}),
    "turns spoilt": ("linear_bias_grad", UNITS, {"wrong"}),
    "accumulate accumulate": ("linear_weight_grad", ADDED, {"pass"}),
    "accumulate last": ("linear_weight_grad", ADDED, {"pass"}),
    "accumulate overwriting": ("linear_weight_grad", ADDED, {"wrong"}),
    "gemm gemm": ("linear", ("--probe", "exact,real"), {"pass"}),
    "scalars double": ("batch_norm", ("--probe", "real,wide"), {"pass", "unsupported"}),
    "texts texts": ("elu", ("--probe", "real,special"), {"pass"}),
    "picture picture": ("relu", (*IMAGES, "--probe", "real,wide"), {"pass"}),
    "narrow narrow": ("argmax", ("--probe", "exact,special"), {"pass", "unsupported"}),
    "narrow wide": ("argmax", ("--probe", "exact"), {"pass"}),
    "narrow torn": ("argmax", (*IMAGES, "--set", "dim=1", "--probe", "exact"), {"unwritten"}),
    "finite finite": ("max_pool2d", ONE, {"pass", "unsupported"}),
    "finite unsaid": ("max_pool2d", (*ONE, "--probe", "special"), {"wrong"}),
    "features features": ("relu", IMAGES, {"unsupported"}),
    "square square": ("conv2d", (*SQUARE, "--set", "padding=1"), {"pass"}),
    "reduce fenced": ("softmax", ROWS, {"pass"}),
    "lane lane": ("softmax", ("--shape", "input=1,2,3,4", "--set", "dim=-1"), {"pass", "wrong"}),
}


@pytest.mark.parametrize("form", RIGHT)
def test_a_form_of_use_gets_its_true_verdict(opencl: Session, verify: Verify, form: str) -> None:
    file, name = form.split()
    layer, options, expected = RIGHT[form]
    kernels = ("--kernels", FORMS / f"{file}.py", "--variant", f"{layer}={name}")
    code, answer = verify(layer, *kernels, *options)
    found = {one["verdict"] for one in answer["cases"]}
    if file == "scalars" and "cl_khr_fp64" not in opencl.device.extensions:
        expected = {"unsupported"}
    if file == "picture" and not opencl.device.image_support:
        expected = {"wrapper-error"}
    assert found - {"vacuous"} == expected, answer["cases"]
    assert code == (0 if "pass" in found and found <= {"pass", "unsupported", "vacuous"} else 1)


def test_a_race_that_shows_as_wrong_values_is_named(opencl: Session, verify: Verify) -> None:
    kernels = ("--kernels", FORMS / "reduce.py", "--variant", "softmax=racing")
    code, answer = verify("softmax", *kernels, *ROWS)
    assert code == 1
    messages = [one["message"] for one in answer["cases"] if one["verdict"] == "nondeterministic"]
    if not all(one.guards for one in discover()):
        assert any(re.search("data race.*line 17: for|line 15: most =", one) for one in messages)


def test_what_the_device_lacks_is_said(verify: Verify) -> None:
    kernels = ("--kernels", FORMS / "features.py", *IMAGES)
    _, answer = verify("relu", *kernels, "--probe", "real")
    (case,) = answer["cases"]
    assert case["message"] == "requires cl_nobody_has_this, which the device has not"
