"""softmax on a device."""

from math import prod

from .variants import variant


@variant("softmax", "naive")
def softmax(cl, input, *, dim):
    """One work-item computes one output element, along any axis."""
    shape = input.shape
    output = cl.output()
    size = (prod(shape[dim + 1 :]), shape[dim], prod(shape[:dim]))
    cl.launch("../kernels/softmax.cl", "softmax", size, None, input, output)
    return output
