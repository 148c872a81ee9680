"""Kernels as they are found in the world: of each one that is right, and one with a known fault.

A file in wild/ has the variants `right` and `wrong`. What is wrong must be rejected for what it is.
"""

from pathlib import Path

import pytest

from .conftest import Verify

WILD = Path(__file__).parent / "wild"
SQUARES = ("--shape", "input=2,3,8,8", "--set", "kernel_size=2")
FILTERS = ("--shape", "input=2,5,9,9", "--shape", "weight=6,5,3,3", "--shape", "bias=6")
NORM = [f"--shape={name}=6" for name in ("running_mean", "running_var", "batch_norm.weight")]
VECTORS = ("--shape", "input=3,22", "--shape", "weight=5,22", "--shape", "bias=5")
POOL = ("--shape", "input=1,4,9,11", "--set", "kernel_size=3", "--set", "max_pool2d.stride=2")
PROBES = ("--probe", "exact,real,wide")

# By file: the layer, the case, and what is said of the wrong one.
FAULTS = {
    "selectors": ("max_pool2d", SQUARES, "a window that starts at 0"),
    "picked": ("elu", ("--shape", "input=3,50", "--probe", "special"), "both sides times 0 or 1"),
    "columns": ("conv2d", (*FILTERS, "--set", "padding=1"), "never written"),
    "winograd": ("conv2d", (*FILTERS, "--set", "padding=1"), "declare bound=winograd(2, 3)"),
    "fused": ("conv2d+batch_norm+relu", (*FILTERS, *NORM, "--set", "eps=0.5"), "eps"),
    "one_buffer": ("linear+relu", VECTORS, "blocks of 4"),
    "halves": ("sigmoid", ("--shape", "input=3,50"), "operands rounded to fp16"),
}


@pytest.mark.parametrize("file", FAULTS)
def test_what_is_right_passes_and_what_is_wrong_is_named(verify: Verify, file: str) -> None:
    layer, case, words = FAULTS[file]
    kernels = ("--kernels", WILD / f"{file}.py")
    probes = () if "--probe" in case else PROBES
    code, answer = verify(layer, *kernels, "--variant", f"{layer}=right", *case, *probes)
    assert code == 0, answer
    code, answer = verify(layer, *kernels, "--variant", f"{layer}=wrong", *case, *probes)
    assert code == 1
    assert words in str(answer["cases"])


def test_what_is_added_behind_the_relu_is_wrong(verify: Verify) -> None:
    kernels, other = ("--kernels", WILD / "fused.py"), ("--shape", "b=2,6,7,7")
    for name, expected in (("right", 0), ("wrong", 1)):
        chosen = ("--variant", f"conv2d+add+relu={name}")
        code, answer = verify("conv2d+add+relu", *kernels, *chosen, *FILTERS, *other, *PROBES)
        assert code == expected, answer


def test_a_pool_from_0_is_right_behind_a_relu_alone(verify: Verify) -> None:
    kernels = ("--kernels", WILD / "from_zero.py")
    assert verify("relu+max_pool2d", *kernels, *POOL, *PROBES)[0] == 0
    code, answer = verify("max_pool2d", *kernels, *POOL, *PROBES)
    assert code == 1
    assert "start the maximum at -INFINITY" in str(answer["cases"])
