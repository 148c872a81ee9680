"""batch_norm_bias_grad on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_bias_grad", "naive")
def batch_norm_bias_grad(cl, grad):
    """One work-item adds up one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = grad.shape
    output = cl.output()
    arguments = grad, output, n, prod(inner)
    cl.launch("../kernels/batch_norm_bias_grad.cl", "batch_norm_bias_grad", (c,), None, *arguments)
    return output
