"""scale_shift on a device."""

from math import prod

from .variants import variant


@variant("scale_shift", "naive")
def scale_shift(cl, input, scale, shift):
    """One work-item computes one output element, (N, ...) to (N, ...)."""
    n, *unit_axes = input.shape
    output = cl.output()
    size = (prod(unit_axes), n)
    cl.launch("../kernels/scale_shift.cl", "scale_shift", size, None, input, scale, shift, output)
    return output
