"""batch_norm_running_mean on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_running_mean", "naive")
def batch_norm_running_mean(cl, input, running_mean, *, momentum):
    """One work-item computes one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    arguments = input, running_mean, output, n, prod(inner), momentum
    cl.launch(
        "../kernels/batch_norm_running_mean.cl", "batch_norm_running_mean", (c,), None, *arguments
    )
    return output
