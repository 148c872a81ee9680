"""cross_entropy_grad on a device."""

from .cross_entropy import divisor
from .variants import variant


@variant("cross_entropy_grad", "naive")
def cross_entropy_grad(cl, grad, input, target, *, reduction):
    """One work-item computes one output element."""
    n, c = input.shape
    output = cl.output()
    arguments = grad, input, target, output, divisor(n, reduction)
    cl.launch("../kernels/cross_entropy_grad.cl", "cross_entropy_grad", (c, n), None, *arguments)
    return output
