"""dropout_grad on a device."""

from math import prod

from .variants import variant


@variant("dropout_grad", "naive")
def dropout_grad(cl, grad, mask, *, p):
    """One work-item computes one element."""
    output = cl.output()
    arguments = grad, mask, output, p
    cl.launch("../kernels/dropout_grad.cl", "dropout_grad", (prod(output.shape),), None, *arguments)
    return output
