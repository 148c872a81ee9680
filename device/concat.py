"""concat on a device."""

from math import prod

from .variants import variant


@variant("concat", "naive")
def concat(cl, *inputs, dim):
    """One launch copies one input, one work-item one element, along any axis."""
    output = cl.output()
    *outer, axis = output.shape[: dim + 1]
    inner = prod(output.shape[dim + 1 :])
    first = 0
    for input in inputs:
        size = (inner, input.shape[dim], prod(outer))
        cl.launch("../kernels/concat.cl", "concat", size, None, input, output, first, axis)
        first += input.shape[dim]
    return output
