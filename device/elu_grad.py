"""elu_grad on a device."""

from math import prod

from .variants import variant


@variant("elu_grad", "naive")
def elu_grad(cl, grad, input, *, alpha, is_result):
    """One work-item computes one element."""
    output = cl.output()
    arguments = grad, input, output, alpha, int(is_result)
    cl.launch("../kernels/elu_grad.cl", "elu_grad", (prod(output.shape),), None, *arguments)
    return output
