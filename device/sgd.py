"""sgd on a device."""

from math import prod

from .variants import variant


@variant("sgd", "naive")
def sgd(cl, weight, grad, velocity, *, lr, momentum, dampening, weight_decay, nesterov):
    """One work-item computes one element."""
    output = cl.output()
    arguments = weight, grad, velocity, output, lr, momentum, dampening, weight_decay, int(nesterov)
    cl.launch("../kernels/sgd.cl", "sgd", (prod(output.shape),), None, *arguments)
    return output
