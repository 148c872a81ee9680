"""softmax_grad on a device."""

from math import prod

from .variants import variant


@variant("softmax_grad", "naive")
def softmax_grad(cl, grad, result, *, dim):
    """One work-item computes one output element, along any axis."""
    shape = grad.shape
    output = cl.output()
    size = (prod(shape[dim + 1 :]), shape[dim], prod(shape[:dim]))
    cl.launch("../kernels/softmax_grad.cl", "softmax_grad", size, None, grad, result, output)
    return output
