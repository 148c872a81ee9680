"""linear on a device."""

from math import prod

from .variants import variant


@variant("linear", "naive")
def linear(cl, input, weight, bias):
    """One work-item computes one output element, (..., length) to (..., units)."""
    *rows, length = input.shape
    output = cl.output()
    size = (output.shape[-1], prod(rows))
    cl.launch("../kernels/linear.cl", "linear", size, None, input, weight, bias, output, length)
    return output
