"""log_softmax on a device."""

from math import prod

from .variants import variant


@variant("log_softmax", "naive")
def log_softmax(cl, input, *, dim):
    """One work-item computes one output element, along any axis."""
    shape = input.shape
    output = cl.output()
    size = (prod(shape[dim + 1 :]), shape[dim], prod(shape[:dim]))
    cl.launch("../kernels/log_softmax.cl", "log_softmax", size, None, input, output)
    return output
