"""batch_norm_train_input_grad on a device."""

from math import prod

from .variants import variant


@variant("batch_norm_train_input_grad", "naive")
def batch_norm_train_input_grad(cl, grad, input, weight, *, eps):
    """One work-item computes one channel; (N, C) or (N, C, H, W)."""
    n, c, *inner = input.shape
    output = cl.output()
    arguments = grad, input, weight, output, n, prod(inner), eps
    cl.launch(
        "../kernels/batch_norm_train_input_grad.cl",
        "batch_norm_train_input_grad",
        (c,),
        None,
        *arguments,
    )
    return output
