"""linear on a device, each output a work-group's reduction."""

from math import prod

from .tiling import local_size
from .variants import variant

LANES = (64,)


@variant("linear", "local")
def linear_local(cl, input, weight, bias):
    """One work-group computes one output element, (..., length) to (..., units)."""
    *rows, length = input.shape
    units = weight.shape[0]
    (lanes,) = local_size(cl, LANES)
    output = cl.output()
    cl.launch(
        "../kernels/linear_local.cl",
        "linear_local",
        (units * lanes, prod(rows)),
        (lanes, 1),
        *(input, weight, bias, output, length, units),
        cl.local(4 * lanes),
    )
    return output
