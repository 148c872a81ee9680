"""batch_norm_train on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_train", "naive")
def batch_norm_train(cl, input, weight, bias, *, eps):
    """One work-item computes one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    arguments = input, weight, bias, output, n, prod(inner), eps
    cl.launch("../kernels/batch_norm_train.cl", "batch_norm_train", (c,), None, *arguments)
    return output
