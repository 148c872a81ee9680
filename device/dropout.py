"""dropout on a device."""

from math import prod

from .variants import variant


@variant("dropout", "naive")
def dropout(cl, input, mask, *, p):
    """One work-item computes one element."""
    output = cl.output()
    arguments = input, mask, output, p
    cl.launch("../kernels/dropout.cl", "dropout", (prod(output.shape),), None, *arguments)
    return output
