"""batch_norm_train_weight_grad on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_train_weight_grad", "naive")
def batch_norm_train_weight_grad(cl, grad, input, *, eps):
    """One work-item computes one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    arguments = grad, input, output, n, prod(inner), eps
    cl.launch(
        "../kernels/batch_norm_train_weight_grad.cl",
        "batch_norm_train_weight_grad",
        (c,),
        None,
        *arguments,
    )
    return output
