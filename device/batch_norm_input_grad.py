"""batch_norm_input_grad on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_input_grad", "naive")
def batch_norm_input_grad(cl, grad, running_var, weight, *, eps):
    """One work-item computes one output element; (N, C) or (N, C, H, W)."""
    n, c, *inner = grad.shape
    output = cl.output()
    cl.launch(
        "../kernels/batch_norm_input_grad.cl",
        "batch_norm_input_grad",
        (prod(inner), c, n),
        None,
        *(grad, running_var, weight, output, eps),
    )
    return output
