"""sgd_velocity on a device."""

from math import prod

from .variants import variant


@variant("sgd_velocity", "naive")
def sgd_velocity(cl, weight, grad, velocity, *, momentum, dampening, weight_decay):
    """One work-item computes one element."""
    output = cl.output()
    arguments = weight, grad, velocity, output, momentum, dampening, weight_decay
    source = "../kernels/sgd_velocity.cl"
    cl.launch(source, "sgd_velocity", (prod(output.shape),), None, *arguments)
    return output
