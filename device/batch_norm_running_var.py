"""batch_norm_running_var on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_running_var", "naive")
def batch_norm_running_var(cl, input, running_var, *, momentum, unbiased):
    """One work-item computes one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    arguments = input, running_var, output, n, prod(inner), n * prod(inner) - unbiased, momentum
    cl.launch(
        "../kernels/batch_norm_running_var.cl", "batch_norm_running_var", (c,), None, *arguments
    )
    return output
