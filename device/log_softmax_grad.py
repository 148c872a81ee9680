"""log_softmax_grad on a device."""

from math import prod

from .variants import variant


@variant("log_softmax_grad", "naive")
def log_softmax_grad(cl, grad, result, *, dim):
    """One work-item computes one output element, along any axis."""
    shape = grad.shape
    output = cl.output()
    size = (prod(shape[dim + 1 :]), shape[dim], prod(shape[:dim]))
    cl.launch(
        "../kernels/log_softmax_grad.cl", "log_softmax_grad", size, None, grad, result, output
    )
    return output
