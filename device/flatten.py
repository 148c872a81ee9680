"""flatten on a device."""

from math import prod

from .variants import variant


@variant("flatten", "naive")
def flatten(cl, input):
    """One work-item copies one element, (N, ...) to (N, rest)."""
    output = cl.output()
    cl.launch("../kernels/flatten.cl", "flatten", (prod(output.shape),), None, input, output)
    return output
