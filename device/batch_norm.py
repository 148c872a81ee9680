"""batch_norm on a device."""

from math import prod

from .variants import variant


@variant("batch_norm", "naive")
def batch_norm(cl, input, running_mean, running_var, weight, bias, *, eps):
    """One work-item computes one output element; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    cl.launch(
        "../kernels/batch_norm.cl",
        "batch_norm",
        (prod(inner), c, n),
        None,
        *(input, running_mean, running_var, weight, bias, output),
        eps,
    )
    return output
