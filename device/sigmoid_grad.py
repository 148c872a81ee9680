"""sigmoid_grad on a device."""

from math import prod

from .variants import variant


@variant("sigmoid_grad", "naive")
def sigmoid_grad(cl, grad, result):
    """One work-item computes one element."""
    output = cl.output()
    arguments = grad, result, output
    cl.launch("../kernels/sigmoid_grad.cl", "sigmoid_grad", (prod(output.shape),), None, *arguments)
    return output
