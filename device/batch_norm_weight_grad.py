"""batch_norm_weight_grad on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_weight_grad", "naive")
def batch_norm_weight_grad(cl, grad, input, running_mean, running_var, *, eps):
    """One work-item adds up one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    cl.launch(
        "../kernels/batch_norm_weight_grad.cl",
        "batch_norm_weight_grad",
        (c,),
        None,
        *(grad, input, running_mean, running_var, output),
        *(n, prod(inner), eps),
    )
    return output
