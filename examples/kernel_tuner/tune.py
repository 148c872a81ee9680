"""Kernel Tuner with clgold as its judge: no configuration that computes wrongly is ever timed."""

import sys

import numpy as np
from kernel_tuner import tune_kernel

import clgold
from clgold.reference import relu

SOURCE = """
__kernel void relu(__global float *y, __global const float *x, int n)
{
    const int start = (get_group_id(0) * block_size_x + get_local_id(0)) * WORK;
    for (int i = start; i < start + WORK && i < n; ++i) y[i] = fmax(x[i], 0.0f);
}
"""
x = np.linspace(-2, 2, 4096, dtype=np.float32)


def right(expected, got, atol=None):
    """Whether clgold passes the output; the others are inputs, and are not compared."""
    judgement = clgold.check("relu", got[0], x)
    if not judgement:
        print(judgement)
    return bool(judgement)


results, _ = tune_kernel(
    "relu",
    SOURCE,
    x.size,
    [np.zeros_like(x), x, np.int32(x.size)],
    {"block_size_x": [16, 64], "WORK": [1, 4]},
    grid_div_x=["block_size_x", "WORK"],
    answer=[relu(x).astype(np.float32), None, None],
    verify=right,
    lang="OpenCL",
    iterations=1,
)
sys.exit(0 if len(results) == 4 else 1)
