"""leaky_relu on a device."""

from math import prod

from .variants import variant


@variant("leaky_relu", "naive")
def leaky_relu(cl, input, *, negative_slope):
    """One work-item computes one element."""
    output = cl.output()
    arguments = input, output, negative_slope
    cl.launch("../kernels/leaky_relu.cl", "leaky_relu", (prod(output.shape),), None, *arguments)
    return output
